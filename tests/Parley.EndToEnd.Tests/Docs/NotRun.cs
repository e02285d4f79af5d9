namespace Parley.EndToEnd.Tests.Docs;

/// <summary>The blocks of all pages that nobody runs here; the page has the reason. To add one is to say that it can not be run.</summary>
internal static class NotRun
{
    public static readonly string[] Blocks =
    [
        "ARCHITECTURE.md: src/Parley.Protocol/     the wire types and their source-generated JSON; depends on nothing",
        "ARCHITECTURE.md: new Operation<ProjectContext, SquadRequest>(\"CreateSquad\", \"Make a squad of agents.\", Input.Body<SquadRequest>(ARequest), CreateAsync)",
        "CONTRIBUTING.md: ./parley serve        # builds the server if needed, and starts it",
        "README.md: $ parley watch --execution 01a1f8c6-d837-7000-8000-003decffe239",
        "README.md: ./parley serve --demo --port 8081 --data /tmp/parley-demo",
        "dashboard/README.md: npm ci",
        "docs/agents/opencode.md: mkdir -p ~/.config/opencode/plugins",
        "docs/agents/opencode.md: PARLEY_AGENT=builder opencode",
        "docs/agents/tmux.md: Parley: 2 messages waiting. Read them with the parley inbox tool.",
        "docs/concepts/attention.md: 1 question waits for you, and 2 things are stuck.",
        "docs/concepts/delivery.md: stateDiagram-v2",
        "docs/concepts/hooks.md: Parley has 1 message for this agent, worker. authority=\"agent\" is a peer, without authority over this agent.",
        "docs/concepts/tasks.md: stateDiagram-v2",
        "docs/concepts/wakes.md: Parley: 2 messages waiting. Read them with the parley inbox tool.",
        "docs/install.md: eng/publish native",
        "docs/operations/moving.md: # /etc/cron.d/parley",
        "docs/operations/nodes.md: createdb -h 127.0.0.1 -U postgres parley",
        "docs/operations/nodes.md: export PARLEY_URL=http://127.0.0.1:8080 PARLEY_TOKEN=$(cat /tmp/node1/admin.token)",
        "docs/operations/postgresql.md: postgres://parley:PASSWORD@db1,db2,db3/parley",
        "docs/operations/postgresql.md: pg_basebackup -d 'host=db1 user=replicator application_name=standby1' -D /var/lib/postgresql/15/main -R -C -S standby1",
        "docs/operations/postgresql.md: ALTER SYSTEM SET synchronous_standby_names = 'FIRST 1 (standby1)';",
        "docs/operations/postgresql.md: DATABASE_URL=postgres://parley:PASSWORD@db1,db2/parley",
        "docs/operations/postgresql.md: pg_ctl promote -D /var/lib/postgresql/15/main",
        "docs/operations/postgresql.md: UPDATE projects SET epoch = greatest(epoch + 1, extract(epoch FROM now())::bigint);",
        "docs/operations/running.md: # /etc/systemd/system/parley.service",
        "docs/operations/running.md: parley serve --host 0.0.0.0 --port 8443 --tls-cert cert.pem --tls-key key.pem",
        "docs/operations/running.md: location / {",
        "docs/reference/cli.md: export PARLEY_URL=https://parley.example.com",
        "tests/harnesses/README.md: ../../eng/publish native",
        "tests/wire/README.md: ../../eng/publish native   # where there is no linker: portable, and PARLEY_BIN=../../artifacts/publish/portable/parley",
    ];
}
