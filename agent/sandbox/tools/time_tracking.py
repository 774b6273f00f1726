"""Tools of the category Time Tracking."""

from agent.sandbox.clock import MILLISECONDS
from agent.sandbox.domain import time_entries, timesheets
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.domain.time_entries import EntryDetails
from agent.sandbox.domain.timesheets import Period, TimesheetFilter
from agent.sandbox.domain.values import date_time
from agent.sandbox.tools.results import Arguments, Handler, listed
from agent.sandbox.tools.tasks import named_task

_MINUTE = 60 * MILLISECONDS


def _start_timer(context: Context, arguments: Arguments) -> Json:
    return time_entries.start_timer(context, named_task(context, arguments), _details(arguments))


def _stop_timer(context: Context, arguments: Arguments) -> Json:
    return time_entries.stop_timer(
        context,
        arguments.get("timerId"),
        arguments.get("taskId"),
        arguments.get("projectId"),
        _details(arguments),
    )


def _get_active_timers(context: Context, _arguments: Arguments) -> Json:
    return listed("timers", time_entries.active_timers(context))


def _log_manual_time(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    minutes = 60 * arguments.get("hours", 0) + arguments.get("minutes", 0)
    start = date_time("startTime", arguments["startTime"]) if "startTime" in arguments else None
    return time_entries.log_duration(context, task, minutes * _MINUTE, start, _details(arguments))


def _log_time_range(context: Context, arguments: Arguments) -> Json:
    task = named_task(context, arguments)
    start = date_time("startTime", arguments["startTime"])
    end = date_time("endTime", arguments["endTime"])
    return time_entries.log_range(context, task, start, end, _details(arguments))


def _get_task_time_entries(context: Context, arguments: Arguments) -> Json:
    entries = time_entries.task_entries(context, named_task(context, arguments))
    return listed("timeEntries", entries) | {"totalDuration": sum(entry["duration"] for entry in entries)}


def _get_project_time_entries(context: Context, arguments: Arguments) -> Json:
    return timesheets.project_entries(
        context,
        arguments["projectId"],
        arguments.get("spaceId"),
        _period(arguments),
        arguments.get("userId"),
    )


def _get_project_time_summary(context: Context, arguments: Arguments) -> Json:
    return timesheets.project_summary(
        context, arguments["projectId"], arguments.get("spaceId"), _period(arguments)
    )


def _get_timesheet_report(context: Context, arguments: Arguments) -> Json:
    narrowed = TimesheetFilter(
        arguments.get("userIds"), arguments.get("projectIds"), arguments.get("billable")
    )
    return timesheets.timesheet(context, _period(arguments), narrowed, arguments.get("groupBy") == "project")


def _delete_time_entry(context: Context, arguments: Arguments) -> Json:
    return time_entries.delete_entry(context, arguments["timerId"])


def _details(arguments: Arguments) -> EntryDetails:
    return EntryDetails(arguments.get("billable"), arguments.get("notes"))


def _period(arguments: Arguments) -> Period:
    return Period(arguments.get("startDate"), arguments.get("endDate"))


HANDLERS: dict[str, Handler] = {
    "astravue_start_timer": _start_timer,
    "astravue_stop_timer": _stop_timer,
    "astravue_get_active_timers": _get_active_timers,
    "astravue_log_manual_time": _log_manual_time,
    "astravue_log_time_range": _log_time_range,
    "astravue_get_task_time_entries": _get_task_time_entries,
    "astravue_get_project_time_entries": _get_project_time_entries,
    "astravue_get_project_time_summary": _get_project_time_summary,
    "astravue_get_timesheet_report": _get_timesheet_report,
    "astravue_delete_time_entry": _delete_time_entry,
}
