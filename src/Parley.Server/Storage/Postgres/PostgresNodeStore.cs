using System.Globalization;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Budgets;
using Parley.Server.Entities;
using Parley.Server.Nodes;
using Parley.Server.Questions;
using Parley.Server.Routing;
using Parley.Server.Schemas;
using Parley.Server.Storage.Sql;
using Parley.Server.Storms;
using Parley.Server.Webhooks;

namespace Parley.Server.Storage.Postgres;

/// <summary>Nodes in PostgreSQL. A node without a new heartbeat is silent, whatever any clock says (<see cref="NodeSightings"/>).</summary>
/// <remarks>None of this uses the writing lane, and heartbeats have their own connection: a busy lane, or queries that wait for a lock, must not make
/// a node look dead.</remarks>
internal sealed class PostgresNodeStore(PostgresDatabase database, PostgresMessageStore messages, TimeProvider clock) : INodeStore
{
    /// <summary>How many calls there are between two checks of all nodes that recently left: a node that was stopped, considered gone, and then
    /// resumed may have written once more under its old number.</summary>
    private const int SweepEvery = 30;

    private const string Sign = "(extract(epoch FROM seen_at) * 1000000)::bigint";

    private readonly NodeSightings _sightings = new(database.Clock);
    private int _untilSweep;

    public int Number => database.Node;

    public ValueTask<NodeStanding> BeatAsync(TimeSpan patience, CancellationToken cancellationToken) => database.BeatAsync(
        async (connection, cancel) =>
        {
            var asked = database.Clock.GetTimestamp();
            var (standing, time) = (await connection.Ask(
                    $"""
                    WITH me AS (
                        UPDATE nodes SET seen_at = clock_timestamp() WHERE number = $1 AND gone_at IS NULL RETURNING number),
                    lead AS (
                        UPDATE leadership SET node = $1, term = term + (node <> $1)::int, until = clock_timestamp() + $2
                        WHERE EXISTS (SELECT 1 FROM me) AND (node = $1 OR until < clock_timestamp() OR until::text = $3) RETURNING term),
                    others AS (
                        SELECT number, {Sign} AS sign, seen_at > clock_timestamp() - $2 AS is_fresh FROM nodes WHERE gone_at IS NULL AND number <> $1)
                    SELECT (SELECT count(*) FROM me), (SELECT term FROM lead), (SELECT until::text FROM leadership), {DatabaseClock.Question},
                           array_agg(number), array_agg(sign), array_agg(is_fresh)
                    FROM others
                    """,
                    Number, patience, _sightings.StaleLeadership(patience))
                .ListAsync(row => (StandingOf(row, patience), row.GetInt64(3)), cancel))[0];
            database.Clock.Hear(time, asked);
            return standing;
        },
        cancellationToken);

    private NodeStanding StandingOf(NpgsqlDataReader row, TimeSpan patience)
    {
        _sightings.NoteLeadership(row.GetString(2));
        var others = new List<NodeSign>();
        if (!row.IsDBNull(4))
        {
            var (numbers, signs, fresh) = (row.GetFieldValue<int[]>(4), row.GetFieldValue<long[]>(5), row.GetFieldValue<bool[]>(6));
            others.AddRange(numbers.Select((number, i) => new NodeSign(number, signs[i], fresh[i])));
        }

        return new NodeStanding(row.GetInt64(0) == 0, !row.IsDBNull(1), row.Int64OrNull(1) ?? 0, _sightings.Note(others, patience));
    }

    public async ValueTask<LostNodes> BuryAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        var sweep = _untilSweep-- <= 0;
        if (sweep)
            _untilSweep = SweepEvery;
        var (lost, swept) = await database.WriteBesideAsync((connection, cancel) => MarkAsync(connection, patience, sweep, cancel), cancellationToken);
        var left = new List<(int, int)>();
        // Marked first: from then on, nothing that the node settles counts, so its deliveries can be given to others.
        foreach (var node in lost.Union(swept))
        {
            await messages.ReleaseNodeAsync(node, cancellationToken);
            left.AddRange(await database.WriteBesideAsync((connection, cancel) => ForgetPresenceAsync(connection, node, cancel), cancellationToken));
        }

        return new LostNodes(lost, left);
    }

    public async ValueTask SucceedAsync(string name, CancellationToken cancellationToken)
    {
        var before = await database.WriteBesideAsync(
            async (connection, cancel) =>
            {
                await connection.Ask("UPDATE nodes SET name = $2 WHERE number = $1", Number, name).RunAsync(cancel);
                return await connection.Ask(
                        "UPDATE nodes SET gone_at = clock_timestamp() WHERE name = $2 AND number <> $1 AND gone_at IS NULL RETURNING number", Number, name)
                    .ListAsync(static row => row.GetInt32(0), cancel);
            },
            cancellationToken);
        foreach (var node in before)
        {
            await messages.ReleaseNodeAsync(node, cancellationToken);
            await database.WriteBesideAsync((connection, cancel) => ForgetPresenceAsync(connection, node, cancel), cancellationToken);
        }
    }

    public async ValueTask RejoinAsync(CancellationToken cancellationToken)
    {
        var old = Number;
        await database.RenumberAsync(cancellationToken);
        await messages.ReleaseNodeAsync(old, cancellationToken);
        await database.WriteBesideAsync((connection, cancel) => ForgetPresenceAsync(connection, old, cancel), cancellationToken);
    }

    public async ValueTask LeaveAsync(CancellationToken cancellationToken)
    {
        await messages.ReleaseNodeAsync(Number, cancellationToken);
        await database.WriteBesideAsync(
            async (connection, cancel) =>
            {
                await ForgetPresenceAsync(connection, Number, cancel);
                await connection.Ask("UPDATE nodes SET gone_at = clock_timestamp() WHERE number = $1", Number).RunAsync(cancel);
                return await connection.Ask("UPDATE leadership SET until = '-infinity' WHERE node = $1", Number).RunAsync(cancel);
            },
            cancellationToken);
    }

    public ValueTask<DirectoryChanges> ChangesAsync(long revision, CancellationToken cancellationToken) => database.ReadAsync(
        async (connection, cancel) =>
        {
            // Read first: what changes after this is reported again next time.
            var newest = await connection.Ask("SELECT revision FROM directory WHERE id = 1").ValueAsync<long>(cancel) ?? revision;
            var changes = new DirectoryChanges(newest);
            if (newest > revision)
                await ReadChangesAsync(connection, revision, changes, cancel);
            return changes;
        },
        cancellationToken);

    public ValueTask EndSessionAsync(int agent, string session, string question, CancellationToken cancellationToken) =>
        TellAsync(PostgresWake.TextOf(new SessionQuestion(Number, agent, session, question)), cancellationToken);

    public ValueTask AnswerAsync(string question, CancellationToken cancellationToken) => TellAsync(question, cancellationToken);

    private async ValueTask TellAsync(string text, CancellationToken cancellationToken)
    {
        try
        {
            await database.ReadAsync(
                (connection, cancel) => connection.Ask("SELECT pg_notify($1, $2)", PostgresWake.SessionChannel, text).RunAsync(cancel),
                cancellationToken);
        }
        catch (StorageUnavailableException)
        {
            // If there is no answer, the other node treats that as the answer.
        }
    }

    public ValueTask<IReadOnlyList<AgentPresence>> PresenceAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<AgentPresence>>(
            static async (connection, cancel) => await connection.Ask("SELECT project, agent, node, status, activity, since, takes, note, note_at FROM presence")
                .ListAsync(
                    static row => new AgentPresence(
                        row.GetInt32(0), row.GetInt32(1), row.GetInt32(2),
                        new PresenceChange((AgentStatus)row.GetInt16(3), (AgentActivity)row.GetInt16(4), row.TimeOrNull(5), row.GetBoolean(6))
                        {
                            Note = row.IsDBNull(7) ? null : new AgentNote(row.GetString(7), row.TimeOrNull(8)!.Value),
                        }),
                    cancel),
            cancellationToken);

    private async Task<(IReadOnlyList<int> Lost, IReadOnlyList<int> Swept)> MarkAsync(
        NpgsqlConnection connection, TimeSpan patience, bool sweep, CancellationToken cancel)
    {
        var swept = sweep
            ? await connection.Ask("SELECT number FROM nodes WHERE gone_at > clock_timestamp() - interval '1 hour'").ListAsync(static row => row.GetInt32(0), cancel)
            : [];
        if (sweep)
            await connection.Ask("DELETE FROM nodes WHERE gone_at < clock_timestamp() - interval '1 day'").RunAsync(cancel);
        var silent = _sightings.Silent(patience);
        var lost = await connection.Ask(
                $"""
                UPDATE nodes SET gone_at = clock_timestamp() WHERE number IN (
                    SELECT n.number FROM nodes n JOIN unnest($1, $2) AS silent (number, sign) ON n.number = silent.number
                    WHERE n.gone_at IS NULL AND {Sign} = silent.sign
                    -- Whose row is locked may be just about to give its sign of life.
                    FOR UPDATE OF n SKIP LOCKED)
                RETURNING number
                """,
                silent.Select(node => node.Number).ToArray(), silent.Select(node => node.Sign).ToArray())
            .ListAsync(static row => row.GetInt32(0), cancel);
        return (lost, swept);
    }

    /// <summary>Nobody is connected at that node anymore, and no ticket's stream is open there.</summary>
    /// <returns>The agents that are not connected anywhere else.</returns>
    private async Task<List<(int Project, int Agent)>> ForgetPresenceAsync(NpgsqlConnection connection, int node, CancellationToken cancel)
    {
        // By this process's clock, like the tickets' other times.
        await connection.Ask("UPDATE opened_tickets SET opened_at = $2, node = NULL WHERE node = $1", node, clock.GetUtcNow()).RunAsync(cancel);
        return await connection.Ask(
                """
                WITH gone AS (DELETE FROM presence WHERE node = $1 RETURNING project, agent)
                SELECT project, agent FROM gone WHERE NOT EXISTS (SELECT 1 FROM presence p WHERE p.agent = gone.agent AND p.node <> $1)
                """,
                node)
            .ListAsync(static row => (row.GetInt32(0), row.GetInt32(1)), cancel);
    }

    private static async Task ReadChangesAsync(NpgsqlConnection connection, long revision, DirectoryChanges changes, CancellationToken cancel)
    {
        changes.Projects.AddRange(await connection.Ask(
                $"SELECT {ProjectSql.Columns} FROM projects WHERE changed > $1 AND project_id NOT LIKE '%/deleted/%' ORDER BY number", revision)
            .ListAsync(PostgresProjectStore.Read, cancel));
        changes.GoneProjects.AddRange(await connection.Ask("SELECT number FROM projects WHERE changed > $1 AND project_id LIKE '%/deleted/%'", revision)
            .ListAsync(static row => row.GetInt32(0), cancel));
        changes.Agents.AddRange(await connection.Ask($"SELECT {AgentSql.Columns} FROM agents WHERE changed > $1 AND deleted_at IS NULL ORDER BY number", revision)
            .ListAsync(PostgresAgentStore.Read, cancel));
        changes.GoneAgents.AddRange(await connection.Ask("SELECT project, number FROM agents WHERE changed > $1 AND deleted_at IS NOT NULL", revision)
            .ListAsync(static row => (row.GetInt32(0), row.GetInt32(1)), cancel));
        foreach (var held in await connection.Ask($"SELECT {EntitySql.Columns} FROM entities e WHERE e.revision > $1", revision)
            .ListAsync(PostgresEntityStore.Read, cancel))
        {
            ListOf(changes, held.Kind).Add(held);
        }

        changes.Tokens.AddRange(await connection.Ask($"SELECT {TokenSql.Columns} FROM tokens WHERE changed > $1", revision)
            .ListAsync(PostgresTokenStore.Read, cancel));
        changes.EndedSessions.AddRange(await connection.Ask("SELECT session_id FROM sessions WHERE changed > $1 AND changed > 0 AND ended_at IS NOT NULL", revision)
            .ListAsync(static row => row.GetString(0), cancel));
        foreach (var (project, name, kind) in await connection.Ask("SELECT project, squad_id, kind FROM directory_removals WHERE revision > $1 ORDER BY revision", revision)
            .ListAsync(static row => (row.GetInt32(0), row.TextOrNull(1), row.GetInt16(2)), cancel))
        {
            var (made, gone) = kind == SchemasConcept.Kind.Number ? (changes.Schemas, changes.GoneSchemas)
                : kind == BudgetKinds.Kind.Number ? (changes.Budgets, changes.GoneBudgets)
                : (changes.Squads, changes.GoneSquads);
            if (name is null)
                changes.GoneProjects.Add(project);
            else if (kind == RoutingConcept.Kind.Number || kind == StormKind.Kind.Number)
                continue;
            else if (kind == WebhooksConcept.Kind.Number)
                changes.GoneWebhooks.Add((project, long.Parse(name, CultureInfo.InvariantCulture)));
            else if (!made.Exists(held => held.Project == project && held.Name == name))
                gone.Add((project, name));
        }
    }

    private static List<EntityRow> ListOf(DirectoryChanges changes, int kind) =>
        kind == SchemasConcept.Kind.Number ? changes.Schemas
        : kind == RoutingConcept.Kind.Number ? changes.RoutingRules
        : kind == StormKind.Kind.Number ? changes.Storms
        : kind == BudgetKinds.Kind.Number ? changes.Budgets
        : kind == WebhooksConcept.Kind.Number ? changes.Webhooks
        : kind == QuestionKinds.Question.Number ? changes.Questions
        : changes.Squads;
}
