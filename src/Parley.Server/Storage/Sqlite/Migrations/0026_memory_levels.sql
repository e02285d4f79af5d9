-- Entries of the shared memory that not all agents may read have a mark, so that the others can be counted without reading them. One mark too many
-- costs a little time and changes nothing.
INSERT INTO entity_marks (place, mark)
SELECT place, '12/restricted' FROM entities WHERE kind = 12 AND body LIKE '%"access_control":{%'
ON CONFLICT DO NOTHING;
