-- Words are split by other rules than before: identifiers, scripts without spaces, accents. The index is made again from the log.
TRUNCATE message_facets, message_text, threads, thread_parts, thread_messages;
UPDATE indexed SET seq = 0;
