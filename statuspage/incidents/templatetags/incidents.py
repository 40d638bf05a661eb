from django import template

from statuspage.incidents import affected

register = template.Library()

register.filter("in_words", affected.in_words)
