-- need: citing
-- title: Editions to cite
-- gives: Each release: the name it is cited by, when it was made, the SHA-256 of its database file,
--   and when and why it was withdrawn.
-- does not say: What is in it. There are no rows where nobody has made a release yet.
-- example:

SELECT release, '/release/' || release AS archive_address, created_at, sha256, withdrawn_at, reason
FROM release
ORDER BY created_at DESC
