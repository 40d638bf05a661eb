from django.urls import path

from statuspage.incidents import views, views_incident, views_journal, views_past, views_tags, views_telling

app_name = "desk"
urlpatterns = [
    path("", views.index, name="index"),
    path("declare/", views.declare, name="declare"),
    path("schedule/", views.schedule, name="schedule"),
    path("backfill/", views.backfill, name="backfill"),
    path("components/", views.components, name="components"),
    path("moment/", views_past.at_the_desk, name="moment"),
    path("preview/", views.preview, name="preview"),
    path("reach/", views_telling.reach, name="reach"),
    path("letter/", views_telling.letter, name="letter"),
    path("incidents/", views.past, name="past"),
    path("incidents/<slug:code>/", views_incident.incident, name="incident"),
    path("incidents/<slug:code>/updates/", views_incident.post_update, name="post_update"),
    path("incidents/<slug:code>/updates/<slug:update_code>/", views_incident.edit_update, name="edit_update"),
    path("incidents/<slug:code>/edit/", views_incident.edit, name="edit"),
    path("incidents/<slug:code>/journal/", views_journal.note_down, name="note_down"),
    path("incidents/<slug:code>/journal/<int:key>/star/", views_journal.star, name="star"),
    path("incidents/<slug:code>/journal/<int:key>/strike/", views_journal.strike, name="strike"),
    path("incidents/<slug:code>/journal/<int:key>/put-back/", views_journal.put_back, name="put_back"),
    path("incidents/<slug:code>/tags/", views_tags.tags, name="tags"),
]
