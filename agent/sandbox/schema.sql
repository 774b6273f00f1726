-- The workspace and its authorization server. Every time is an integer: milliseconds since the Unix
-- epoch in UTC. Deleting a row deletes what hangs on it. Each kind of id starts in a range of its own,
-- so that an id put into the wrong argument is refused rather than taken for another thing.

CREATE TABLE meta (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE organisations (
    organisation_id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    created_time INTEGER NOT NULL
);

CREATE TABLE users (
    user_id INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations ON DELETE CASCADE,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE,
    org_role TEXT NOT NULL CHECK (org_role IN ('Account Admin', 'Admin', 'Manager', 'Member', 'Guest')),
    about TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'DEACTIVATED')),
    password_hash TEXT NOT NULL,
    created_time INTEGER NOT NULL
);
CREATE INDEX users_by_organisation ON users (organisation_id);

CREATE TABLE spaces (
    space_id INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations ON DELETE CASCADE,
    space_name TEXT NOT NULL,
    description TEXT NOT NULL,
    color TEXT NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users,
    created_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL
);
CREATE INDEX spaces_by_organisation ON spaces (organisation_id);

CREATE TABLE space_members (
    space_id INTEGER NOT NULL REFERENCES spaces ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('ADMIN', 'MEMBER')),
    PRIMARY KEY (space_id, user_id)
) WITHOUT ROWID;
CREATE INDEX space_members_by_user ON space_members (user_id);

CREATE TABLE priorities (
    priority_id INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations ON DELETE CASCADE,
    label TEXT NOT NULL,
    color TEXT NOT NULL,
    position INTEGER NOT NULL,
    is_default INTEGER NOT NULL
);
CREATE INDEX priorities_by_organisation ON priorities (organisation_id);

CREATE TABLE projects (
    project_id INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id INTEGER NOT NULL REFERENCES spaces ON DELETE CASCADE,
    project_name TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL,
    health TEXT NOT NULL,
    priority_id INTEGER NOT NULL REFERENCES priorities,
    start_date INTEGER,
    due_date INTEGER,
    budget REAL,
    budget_spent REAL NOT NULL DEFAULT 0,
    created_by INTEGER NOT NULL REFERENCES users,
    created_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL
);
CREATE INDEX projects_by_space ON projects (space_id);

CREATE TABLE project_members (
    project_id INTEGER NOT NULL REFERENCES projects ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('ADMIN', 'MEMBER')),
    PRIMARY KEY (project_id, user_id)
) WITHOUT ROWID;
CREATE INDEX project_members_by_user ON project_members (user_id);

-- A status without a project is one of the organisation's own: personal tasks use those.
CREATE TABLE statuses (
    status_id INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations ON DELETE CASCADE,
    project_id INTEGER REFERENCES projects ON DELETE CASCADE,
    status_name TEXT NOT NULL,
    category TEXT NOT NULL CHECK (category IN ('OPEN', 'IN_PROGRESS', 'COMPLETED')),
    color TEXT NOT NULL,
    position INTEGER NOT NULL
);
CREATE INDEX statuses_by_project ON statuses (project_id, position);
CREATE INDEX statuses_by_organisation ON statuses (organisation_id);

-- A task without a project is a personal one.
CREATE TABLE tasks (
    task_id INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations ON DELETE CASCADE,
    project_id INTEGER REFERENCES projects ON DELETE CASCADE,
    parent_task_id INTEGER REFERENCES tasks ON DELETE CASCADE,
    task_title TEXT NOT NULL,
    description TEXT NOT NULL,
    status_id INTEGER NOT NULL REFERENCES statuses ON DELETE CASCADE,
    priority_id INTEGER NOT NULL REFERENCES priorities,
    start_date INTEGER,
    due_date INTEGER,
    completion INTEGER NOT NULL CHECK (completion BETWEEN 0 AND 100),
    created_by INTEGER NOT NULL REFERENCES users,
    modified_by INTEGER NOT NULL REFERENCES users,
    created_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL
);
CREATE INDEX tasks_by_project ON tasks (project_id, parent_task_id, status_id);
CREATE INDEX tasks_by_project_and_due_date ON tasks (project_id, parent_task_id, due_date);
CREATE INDEX tasks_by_parent ON tasks (parent_task_id);
CREATE INDEX tasks_by_status ON tasks (status_id);
CREATE INDEX tasks_by_due_date ON tasks (due_date);
CREATE INDEX tasks_by_creator ON tasks (created_by);

CREATE TABLE task_owners (
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (task_id, user_id)
) WITHOUT ROWID;
CREATE INDEX task_owners_by_user ON task_owners (user_id);

CREATE TABLE tags (
    tag_id INTEGER PRIMARY KEY AUTOINCREMENT,
    organisation_id INTEGER NOT NULL REFERENCES organisations ON DELETE CASCADE,
    tag_name TEXT NOT NULL,
    match_name TEXT NOT NULL,
    UNIQUE (organisation_id, match_name)
);

CREATE TABLE task_tags (
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    tag_id INTEGER NOT NULL REFERENCES tags ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (task_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX task_tags_by_tag ON task_tags (tag_id);

CREATE TABLE comments (
    comment_id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users,
    comment TEXT NOT NULL,
    created_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL
);
CREATE INDEX comments_by_task ON comments (task_id);

CREATE TABLE comment_mentions (
    comment_id INTEGER NOT NULL REFERENCES comments ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    PRIMARY KEY (comment_id, user_id)
) WITHOUT ROWID;
CREATE INDEX comment_mentions_by_user ON comment_mentions (user_id);

-- A time entry without an end is a running timer; nobody has two of them.
CREATE TABLE time_entries (
    timer_id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users,
    entry_type TEXT NOT NULL CHECK (entry_type IN ('TIMER', 'MANUAL', 'RANGE')),
    start_time INTEGER NOT NULL,
    end_time INTEGER,
    billable INTEGER NOT NULL,
    notes TEXT NOT NULL,
    created_time INTEGER NOT NULL,
    CHECK (end_time IS NULL OR end_time >= start_time)
);
CREATE UNIQUE INDEX one_running_timer_a_user ON time_entries (user_id) WHERE end_time IS NULL;
CREATE INDEX time_entries_by_task ON time_entries (task_id);
CREATE INDEX time_entries_by_user ON time_entries (user_id, start_time);

CREATE TABLE checklist_items (
    checklist_item_id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    title TEXT NOT NULL,
    completed INTEGER NOT NULL CHECK (completed IN (0, 1)),
    position INTEGER NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users,
    created_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL
);
CREATE INDEX checklist_items_by_task ON checklist_items (task_id, position);

-- The task waits for the one that it depends on. No chain of these ever leads back to where it began.
CREATE TABLE dependencies (
    dependency_id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    depends_on_task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    dependency_type TEXT NOT NULL,
    created_by INTEGER NOT NULL REFERENCES users,
    created_time INTEGER NOT NULL,
    UNIQUE (task_id, depends_on_task_id),
    CHECK (task_id <> depends_on_task_id)
);
CREATE INDEX dependencies_by_blocker ON dependencies (depends_on_task_id);

-- What is known of a file on a task; the file itself is not kept, for no tool uploads or downloads one.
CREATE TABLE attachments (
    attachment_id INTEGER PRIMARY KEY AUTOINCREMENT,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    file_name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    uploaded_by INTEGER NOT NULL REFERENCES users,
    created_time INTEGER NOT NULL
);
CREATE INDEX attachments_by_task ON attachments (task_id);

-- A custom field belongs to one space, and then to all its projects, or to one project.
CREATE TABLE custom_fields (
    field_id INTEGER PRIMARY KEY AUTOINCREMENT,
    space_id INTEGER REFERENCES spaces ON DELETE CASCADE,
    project_id INTEGER REFERENCES projects ON DELETE CASCADE,
    field_name TEXT NOT NULL,
    field_type TEXT NOT NULL CHECK (field_type IN (
        'SINGLE_LINE_TEXT', 'MULTI_LINE_TEXT', 'NUMBERS', 'DATE', 'PHONE', 'EMAIL', 'CHECKBOX',
        'SINGLE_SELECT_DROPDOWN', 'MULTI_SELECT_DROPDOWN', 'PERCENTAGE', 'CURRENCY', 'URL'
    )),
    created_by INTEGER NOT NULL REFERENCES users,
    created_time INTEGER NOT NULL,
    CHECK ((space_id IS NULL) <> (project_id IS NULL))
);
CREATE INDEX custom_fields_by_space ON custom_fields (space_id);
CREATE INDEX custom_fields_by_project ON custom_fields (project_id);

CREATE TABLE custom_field_options (
    option_id INTEGER PRIMARY KEY AUTOINCREMENT,
    field_id INTEGER NOT NULL REFERENCES custom_fields ON DELETE CASCADE,
    option_name TEXT NOT NULL,
    match_name TEXT NOT NULL,
    color TEXT NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (field_id, match_name)
);

-- The values of fields that are no dropdowns, as JSON.
CREATE TABLE custom_field_values (
    field_id INTEGER NOT NULL REFERENCES custom_fields ON DELETE CASCADE,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    value TEXT NOT NULL,
    PRIMARY KEY (field_id, task_id)
) WITHOUT ROWID;
CREATE INDEX custom_field_values_by_task ON custom_field_values (task_id);

-- The values of dropdowns.
CREATE TABLE custom_field_choices (
    field_id INTEGER NOT NULL REFERENCES custom_fields ON DELETE CASCADE,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    option_id INTEGER NOT NULL REFERENCES custom_field_options ON DELETE CASCADE,
    PRIMARY KEY (field_id, task_id, option_id)
) WITHOUT ROWID;
CREATE INDEX custom_field_choices_by_task ON custom_field_choices (task_id);
CREATE INDEX custom_field_choices_by_option ON custom_field_choices (option_id);

CREATE TABLE filters (
    filter_id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    filter_name TEXT NOT NULL,
    match_name TEXT NOT NULL,
    criteria TEXT NOT NULL,
    created_time INTEGER NOT NULL,
    update_time INTEGER NOT NULL,
    UNIQUE (user_id, match_name)
);

-- Something that a user was told; unread until `read_time`.
CREATE TABLE notifications (
    notification_id INTEGER PRIMARY KEY AUTOINCREMENT,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    notification_type TEXT NOT NULL
        CHECK (notification_type IN ('ASSIGNED', 'MENTIONED', 'COMMENTED', 'STATUS_CHANGED')),
    actor_id INTEGER NOT NULL REFERENCES users,
    task_id INTEGER NOT NULL REFERENCES tasks ON DELETE CASCADE,
    comment_id INTEGER REFERENCES comments ON DELETE CASCADE,
    message TEXT NOT NULL,
    created_time INTEGER NOT NULL,
    read_time INTEGER
);
CREATE INDEX notifications_by_user ON notifications (user_id, read_time, created_time);
CREATE INDEX notifications_by_task ON notifications (task_id);
CREATE INDEX notifications_by_comment ON notifications (comment_id);

-- Who sees which space, and who administers it.
CREATE VIEW space_access AS
SELECT
    u.user_id,
    s.space_id,
    u.org_role IN ('Account Admin', 'Admin')
        OR (sm.user_id IS NOT NULL AND u.org_role <> 'Guest' AND (sm.role = 'ADMIN' OR u.org_role = 'Manager'))
        AS is_admin
FROM users u
JOIN spaces s ON s.organisation_id = u.organisation_id
LEFT JOIN space_members sm ON sm.space_id = s.space_id AND sm.user_id = u.user_id
WHERE u.org_role IN ('Account Admin', 'Admin')
    OR sm.user_id IS NOT NULL
    OR EXISTS (
        SELECT 1 FROM projects p JOIN project_members pm USING (project_id)
        WHERE p.space_id = s.space_id AND pm.user_id = u.user_id
    );

-- Who sees which project, and who administers it: its members, the admins of its space, the Managers
-- who belong to its space, and the admins of the organisation.
CREATE VIEW project_access AS
SELECT
    u.user_id,
    p.project_id,
    u.org_role IN ('Account Admin', 'Admin')
        OR (u.org_role <> 'Guest' AND (u.org_role = 'Manager' OR pm.role IS 'ADMIN' OR sm.role IS 'ADMIN'))
        AS is_admin
FROM users u
JOIN spaces s ON s.organisation_id = u.organisation_id
JOIN projects p ON p.space_id = s.space_id
LEFT JOIN project_members pm ON pm.project_id = p.project_id AND pm.user_id = u.user_id
LEFT JOIN space_members sm ON sm.space_id = p.space_id AND sm.user_id = u.user_id
WHERE u.org_role IN ('Account Admin', 'Admin')
    OR pm.user_id IS NOT NULL
    OR sm.role = 'ADMIN'
    OR (sm.user_id IS NOT NULL AND u.org_role = 'Manager');

-- Who sees which task: whoever sees its project. A personal task belongs to its creator and owners, its
-- subtasks with it. One plain join, which SQLite looks up row by row instead of gathering all of it first.
CREATE VIEW task_access AS
SELECT
    u.user_id,
    t.task_id,
    CASE WHEN t.project_id IS NULL THEN root.created_by = u.user_id
        ELSE u.org_role IN ('Account Admin', 'Admin')
            OR (u.org_role <> 'Guest' AND (u.org_role = 'Manager' OR pm.role IS 'ADMIN' OR sm.role IS 'ADMIN'))
    END AS is_admin
FROM tasks t
JOIN users u ON u.organisation_id = t.organisation_id
JOIN tasks root ON root.task_id = COALESCE(t.parent_task_id, t.task_id)
LEFT JOIN projects p ON p.project_id = t.project_id
LEFT JOIN project_members pm ON pm.project_id = t.project_id AND pm.user_id = u.user_id
LEFT JOIN space_members sm ON sm.space_id = p.space_id AND sm.user_id = u.user_id
WHERE CASE WHEN t.project_id IS NULL THEN
    root.created_by = u.user_id
    OR EXISTS (
        SELECT 1 FROM task_owners o WHERE o.user_id = u.user_id AND o.task_id IN (t.task_id, root.task_id)
    )
ELSE
    u.org_role IN ('Account Admin', 'Admin')
    OR pm.user_id IS NOT NULL
    OR sm.role = 'ADMIN'
    OR (sm.user_id IS NOT NULL AND u.org_role = 'Manager')
END;

CREATE TABLE oauth_clients (
    client_id TEXT PRIMARY KEY,
    client_secret_hash TEXT,
    client_name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    token_endpoint_auth_method TEXT NOT NULL,
    created_time INTEGER NOT NULL
) WITHOUT ROWID;

-- One sign-in: every token that was ever issued for it belongs to this family.
CREATE TABLE token_families (
    family_id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT NOT NULL REFERENCES oauth_clients ON DELETE CASCADE,
    user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    created_time INTEGER NOT NULL,
    revoked_time INTEGER
);
CREATE INDEX token_families_by_client ON token_families (client_id);
CREATE INDEX token_families_by_user ON token_families (user_id);

CREATE TABLE authorization_codes (
    code_hash TEXT PRIMARY KEY,
    family_id INTEGER NOT NULL REFERENCES token_families ON DELETE CASCADE,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    expires_time INTEGER NOT NULL,
    used_time INTEGER
) WITHOUT ROWID;
CREATE INDEX authorization_codes_by_family ON authorization_codes (family_id);

CREATE TABLE access_tokens (
    token_hash TEXT PRIMARY KEY,
    family_id INTEGER NOT NULL REFERENCES token_families ON DELETE CASCADE,
    scope TEXT NOT NULL,
    expires_time INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX access_tokens_by_family ON access_tokens (family_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_time);

CREATE TABLE refresh_tokens (
    token_hash TEXT PRIMARY KEY,
    family_id INTEGER NOT NULL REFERENCES token_families ON DELETE CASCADE,
    expires_time INTEGER NOT NULL,
    used_time INTEGER
) WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_time);

INSERT INTO sqlite_sequence (name, seq) VALUES
    ('organisations', 0), ('priorities', 10), ('users', 100), ('spaces', 500), ('tags', 900),
    ('filters', 1500), ('statuses', 3000), ('custom_fields', 7000), ('custom_field_options', 8000),
    ('projects', 11271), ('notifications', 25000), ('attachments', 33000), ('comments', 52000),
    ('dependencies', 61000), ('time_entries', 71000), ('checklist_items', 81000), ('tasks', 141297);
