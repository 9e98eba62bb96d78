"""One translator over gettext catalogues, shared by screens, slips and speech."""

from i18n.languages import language_name
from i18n.translator import Translator, available_languages

__all__ = ["Translator", "available_languages", "language_name"]
