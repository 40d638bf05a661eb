"""What the public reads of incidents: registered on import, one module for each form."""

from statuspage.incidents.pages import api as api
from statuspage.incidents.pages import guide as guide
from statuspage.incidents.pages import history_json as history_json
from statuspage.incidents.pages import html as html
