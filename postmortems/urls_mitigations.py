from django.urls import path

from postmortems import views_mitigations

app_name = "mitigations"
urlpatterns = [
    path("", views_mitigations.index, name="index"),
    path("<slug:code>/", views_mitigations.turn, name="turn"),
]
