"""What is called by its path is there: the lists, the schedule, the bells, the looks."""

import pytest
from django.utils.module_loading import import_string

from config.lists import CONTACT_MERGE_STEPS, CONTACT_UNMERGE_STEPS, EVENT_HANDLERS, INBOUND_STEPS, OUTBOUND_CHECKS
from config.schedule import SCHEDULE
from ops.bell import BELLS
from ops.looks import LOOKS

PATHS = {
    *(path for steps in INBOUND_STEPS.values() for path in steps),
    *OUTBOUND_CHECKS,
    *CONTACT_MERGE_STEPS,
    *CONTACT_UNMERGE_STEPS,
    *(path for handlers in EVENT_HANDLERS.values() for path in handlers),
    *(path for looks in LOOKS.values() for path in looks),
}
TASKS = {task: queue for task, _every_s, queue in SCHEDULE.values()} | dict(BELLS.values())


@pytest.mark.parametrize("path", sorted(PATHS))
def test_a_path_leads_to_a_function(path: str) -> None:
    assert callable(import_string(path))


@pytest.mark.parametrize("path", sorted(TASKS))
def test_a_bell_rings_a_task_of_its_queue(path: str) -> None:
    task = import_string(path)
    assert (task.name, task.queue) == (path, TASKS[path])


@pytest.mark.parametrize("path", sorted(TASKS))
def test_a_task_says_by_which_right_it_acts(path: str) -> None:
    assert import_string(path).permission == "system"
