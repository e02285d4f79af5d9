-- The key that signs tickets has had a file of its own for some time; what was left here signs nothing.
DELETE FROM signing_keys WHERE name = 'tickets';
