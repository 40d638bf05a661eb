from django.urls import path

from statuspage.subscribers import views_desk, views_told

app_name = "subscribers"
urlpatterns = [
    path("", views_desk.index, name="index"),
    path("add/", views_desk.add, name="add"),
    path("import/", views_desk.import_file, name="import"),
    path("export.csv", views_desk.export_file, name="export"),
    path("told/<slug:cause>/", views_told.ledger, name="ledger"),
    path("told/<slug:cause>/state/", views_told.progress, name="told"),
    path("told/<slug:cause>/act/", views_told.act, name="tell"),
    path("told/<slug:cause>/lines.csv", views_told.as_csv, name="lines"),
    path("<slug:code>/", views_desk.act, name="act"),
]
