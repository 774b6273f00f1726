"""Tools of the category Notifications."""

from agent.sandbox.domain import notifications
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.errors import InvalidInput
from agent.sandbox.tools.results import Arguments, Handler, page_of, paged


def _list_notifications(context: Context, arguments: Arguments) -> Json:
    page = page_of(arguments)
    return paged("notifications", notifications.list_unread(context, page), page)


def _mark_notification_read(context: Context, arguments: Arguments) -> Json:
    if "notificationIds" in arguments and arguments.get("markAll"):
        raise InvalidInput("markAll", "give either notificationIds or markAll.")
    if arguments.get("markAll"):
        return notifications.mark_all_read(context)
    return notifications.mark_read(context, arguments.get("notificationIds", []))


HANDLERS: dict[str, Handler] = {
    "astravue_list_notifications": _list_notifications,
    "astravue_mark_notification_read": _mark_notification_read,
}
