from django.urls import path

from statuspage.subscribers import views_desk

app_name = "subscribers"
urlpatterns = [
    path("", views_desk.index, name="index"),
    path("add/", views_desk.add, name="add"),
    path("import/", views_desk.import_file, name="import"),
    path("export.csv", views_desk.export_file, name="export"),
    path("<slug:code>/", views_desk.act, name="act"),
]
