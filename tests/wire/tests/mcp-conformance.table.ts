/** The scenarios of the conformance suite that a server without the suite's own tools, prompts, and resources can be asked. The others
 * (`tools-call-*`, `resources-read-*`, `prompts-*`, `completion-*`, `elicitation-*`, `input-required-*`, `tasks-*`, `json-schema-2020-12`,
 * `http-custom-header-server-validation`) call fixtures that only a server made for the suite has, or are about prompts, completions, and
 * extensions, none of which Parley declares. */
export const scenarios: Readonly<Record<string, readonly string[]>> = {
  '2025-06-18': [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'tools-list',
    'resources-list',
    'resources-subscribe',
    'resources-unsubscribe',
  ],
  '2025-11-25': [
    'server-initialize',
    'server-session-lifecycle',
    'ping',
    'logging-set-level',
    'tools-list',
    'resources-list',
    'resources-subscribe',
    'resources-unsubscribe',
    'dns-rebinding-protection',
  ],
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'resources-list',
    'sep-2164-resource-not-found',
    'dns-rebinding-protection',
    'caching',
    'http-header-validation',
    'server-sse-multiple-streams',
  ],
};

const noFixture = 'The check calls a diagnostic tool that only a server made for the suite has.';

/** The checks that fail, and why they do. */
export const expectedFailures: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'server-stateless': {
    'sep-2575-server-rejects-undeclared-capability': noFixture,
    'sep-2575-missing-capability-http-400': noFixture,
    'sep-2575-http-server-no-independent-requests-on-stream': noFixture,
    'sep-2575-server-no-log-without-loglevel': noFixture,
    'sep-2575-server-unsupported-version-error':
      'An unknown revision is refused with all that this endpoint speaks. The suite expects those of server/discover alone, which leaves out the revisions that begin with initialize.',
  },
  caching: {
    'sep-2549-prompts-list-caching-hints': 'Parley has no prompts, and declares none.',
  },
};
