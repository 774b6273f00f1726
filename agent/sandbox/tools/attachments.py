"""Tools of the category Attachments."""

from agent.sandbox.domain import attachments
from agent.sandbox.domain.context import Context, Json
from agent.sandbox.tools.results import Arguments, Handler, listed
from agent.sandbox.tools.tasks import named_task


def _list_attachments(context: Context, arguments: Arguments) -> Json:
    files = attachments.list_attachments(context, named_task(context, arguments))
    return listed("attachments", files) | {"totalSize": sum(each["size"] for each in files)}


def _delete_attachment(context: Context, arguments: Arguments) -> Json:
    return attachments.delete_attachment(context, named_task(context, arguments), arguments["attachmentId"])


HANDLERS: dict[str, Handler] = {
    "astravue_list_attachments": _list_attachments,
    "astravue_delete_attachment": _delete_attachment,
}
