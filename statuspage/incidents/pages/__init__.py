"""What the public reads of incidents: registered on import, one module for each form."""

from statuspage.incidents.pages import html as html
