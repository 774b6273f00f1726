"""The workspace itself: spaces, projects, tasks, comments and time, and who may do what.

context               what every operation works with: the database, the clock, who asks
access, users         who may see and do what; the members
values, labels        values that callers give, read; statuses and priorities as objects
spaces, projects      the hierarchy above tasks
project_stats         figures about one project
statuses              the statuses of a project's tasks
tasks                 making, changing and deleting tasks
task_changes          the fields of a task that a caller gives
task_copies           tasks moved and copied
task_queries          finding tasks
task_views            tasks as the API shows them
dependencies          which task waits for which
checklists, comments  short items to tick off; what is said of tasks
attachments, tags     files on tasks; tags
custom_fields         what a project or a space asks of its tasks beyond the usual fields
custom_field_formats  the form of their values
custom_field_options  the options of dropdowns
custom_field_values   the values that tasks have in them
time_entries          timers and logged time
timesheets            reports over it
notifications         what users are told of
filters, views        filters that users keep; what interactive views show
"""
