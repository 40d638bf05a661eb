from django.urls import path

from statuspage.search import views

app_name = "search"
urlpatterns = [path("", views.desk, name="index")]
