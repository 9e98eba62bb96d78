"""Every device of a hall behind one small Protocol each; this room knows devices and never the hall."""
