"""The HTTP face: requests in, commands and questions out, and every refusal as a problem document."""
