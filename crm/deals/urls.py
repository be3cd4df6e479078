"""Addresses of deals and tasks."""

from django.urls import path

from crm.deals.views import acts, board, deal, forecast, new, tasks

app_name = "deals"
urlpatterns = [
    path("", board.board, name="board"),
    path("stages/<uuid:public_id>/", board.stage, name="stage"),
    path("cards/", board.cards, name="cards"),
    path("new/", new.new, name="new"),
    path("people/", new.people, name="people"),
    path("forecast/", forecast.forecast, name="forecast"),
    path("contacts/<uuid:public_id>/", deal.of_contact, name="of_contact"),
    path("tasks/", tasks.tasks, name="tasks"),
    path("tasks/new/", tasks.new, name="new_task"),
    path("tasks/<uuid:public_id>/", tasks.edit, name="edit_task"),
    path("tasks/<uuid:public_id>/done/", tasks.done, name="done"),
    path("<uuid:public_id>/", deal.deal, name="deal"),
    path("<uuid:public_id>/edit/", deal.edit, name="edit"),
    path("<uuid:public_id>/move/", acts.move, name="move"),
    path("<uuid:public_id>/win/", acts.win, name="win"),
    path("<uuid:public_id>/lose/", acts.lose, name="lose"),
    path("<uuid:public_id>/reopen/", acts.reopen, name="reopen"),
]
