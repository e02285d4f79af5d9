using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Coordination;
using Parley.Server.Executions;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Questions;
using Parley.Server.Storage;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Tasks;
using Parley.Server.Workflows;
using Xunit;

namespace Parley.Server.Tests.Workflows;

/// <summary>A workflow whose process is killed between any two of its commits, or right after one, before it knows. Another process goes on.</summary>
public abstract class CrashTests(StorageUnderTest storage)
{
    /// <summary>More commits than a run has; that the last kill came too late is checked.</summary>
    private const int MostCommits = 60;

    private const string Plan =
        """
        {"steps": [{"step": "a", "agent": "be", "action": "Do it."},
                   {"step": "b", "agent": "be", "action": "Do it.", "depends_on": ["a"], "input": "${a}", "retries": {"max": 1}},
                   {"step": "c", "agent": "be", "action": "Do it.", "depends_on": ["a"], "when": [{"step": "a", "pointer": "/n", "op": "eq", "value": 9}]},
                   {"step": "inner", "workflow": "part", "depends_on": ["a"]},
                   {"step": "ask", "person": "human", "action": "May we?", "options": ["yes", "no"]},
                   {"step": "d", "agent": "be", "action": "Do it.", "depends_on": ["b", "c", "inner", "ask"], "input": "${ask/answer}"}]}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_step_completes_exactly_once_wherever_the_process_is_killed(bool isCommitted)
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (be, pm) = (await host.AgentAsync("be"), await host.AgentAsync("pm"));
        await host.SendAsync(HttpMethod.Put, $"{Following.Api}/definitions/part", pm, """{"steps": [{"step": "p", "agent": "be", "action": "Do it."}]}""");

        var kills = 0;
        var wasKilled = true;
        while (wasKilled)
        {
            Assert.True(kills < MostCommits, "The run has more commits than this test expects.");
            var store = new MortalStore(host.Get<IEntityStore>(), kills++, isCommitted);
            wasKilled = await RunAsync(host, pm, store);
        }

        // The start, the hand-outs, the ends of steps, and the end.
        Assert.True(kills > 15, $"Only {kills - 1} commits could be cut off.");
    }

    /// <summary>Runs the plan once, in a process that dies, and then in one that does not.</summary>
    /// <returns>Whether the first one died.</returns>
    private static async Task<bool> RunAsync(ConceptHost host, string pm, MortalStore store)
    {
        var before = (await LogAsync(host, 0))[^1].Seq;
        var mortal = new Node(host, store);
        string? id = null;
        try
        {
            id = await mortal.StartAsync();
            await mortal.WorkAsync(id);
        }
        catch (StorageUnavailableException)
        {
            // It is dead.
        }

        var next = new Node(host, host.Get<IEntityStore>());
        if (id is null)
        {
            // Its caller never heard of it, but the first commit may have been made.
            id = (await host.Get<WorkflowBoard>().ListAsync(new EntityQuery(host.Default.Number, WorkflowKinds.Workflow.Number, 1) { Marks = [WorkflowKinds.Live] }, Cancel))
                .SingleOrDefault()?.Value.WorkflowId;
            if (id is null)
                return store.IsDead;
        }

        await next.WorkAsync(id);
        await CheckAsync(host, pm, id, before);
        return store.IsDead;
    }

    private static async Task CheckAsync(ConceptHost host, string pm, string id, long before)
    {
        var ended = await host.FollowAsync(pm, id);
        Assert.Equal(WorkflowStatus.Completed, ended.Status);
        Assert.Equal(
            [WorkflowStepStatus.Completed, WorkflowStepStatus.Completed, WorkflowStepStatus.Skipped, WorkflowStepStatus.Completed, WorkflowStepStatus.Completed,
                WorkflowStepStatus.Completed],
            ended.Steps.Select(step => step.Status));
        var log = await LogAsync(host, before);
        var child = ended.Named("inner").ChildWorkflowId;
        Assert.NotNull(child);
        foreach (var step in new[] { "a", "b", "d", "p", "inner", "ask" })
            Assert.Single(log, entry => entry.Type == StepMoves.TypeOf(StepVerb.Complete) && Has(entry, "step", step));
        // Each hand-out has a fence of its own, and exactly one message.
        foreach (var step in ended.Steps.Where(step => step.Agent is not null))
            Assert.Equal(step.Attempt, log.Count(entry => entry.Type == StepHandOut.Type && Has(entry, "step", step.Step)));
        Assert.Equal((1, 1), (ended.Named("a").Attempt, ended.Named("ask").Attempt));
        Assert.Equal("\"yes\"", ended.Named("d").FilledInput!.Value.GetRawText());
        Assert.Single(log, entry => entry.Type == QuestionMessages.AskedType && entry.Kind == EntryKind.Message);
        foreach (var change in new[] { QuestionKinds.CreatedType, QuestionKinds.AskedType, QuestionKinds.AnsweredType })
            Assert.Single(log, entry => entry.Type == change);
        Assert.Equal(2, ended.Named("b").Attempt);
        Assert.Equal(2, log.Where(entry => entry.Kind == EntryKind.Execution).Select(entry => entry.Subject).Distinct().Count());
        Assert.Single(log, entry => entry.Type == StepHandOut.CompletionType && entry.Kind == EntryKind.Message);
        Assert.Equal(2, log.Where(entry => entry.Type == WorkflowKinds.StartedType).Count());
    }

    private static async Task<List<LogEntry>> LogAsync(ConceptHost host, long after)
    {
        var all = new List<LogEntry>();
        while (true)
        {
            var part = await host.LogAsync(after);
            all.AddRange(part);
            if (part.Count == 0)
                return all;
            after = part[^1].Seq;
        }
    }

    private static bool Has(LogEntry entry, string field, string value) =>
        System.Text.Encoding.UTF8.GetString(entry.Json).Contains($"\"{field}\":\"{value}\"", StringComparison.Ordinal);

    /// <summary>The engine of one process, with the agent that works for it.</summary>
    private sealed class Node
    {
        private readonly ProjectState _project;
        private readonly WorkflowBoard _board;
        private readonly WorkflowEngine _engine;
        private readonly DefinitionBook _definitions;
        private readonly QuestionBoard _questions;
        private readonly QuestionPlaces _places;
        private readonly TimeProvider _clock;

        internal Node(ConceptHost host, IEntityStore store)
        {
            _project = host.Default;
            _clock = host.Clock;
            _board = new WorkflowBoard(
                new EntityBoard<Workflow>(WorkflowKinds.Workflow, store), new EntityBoard<WorkflowStep>(WorkflowKinds.Step, store),
                new EntityBoard<Execution>(ExecutionKind.Kind, store), store);
            var runs = new WorkflowRuns(_board);
            _definitions = new DefinitionBook(new EntityBoard<WorkflowDefinition>(WorkflowKinds.Definition, store), store);
            _questions = new QuestionBoard(
                new EntityBoard<Question>(QuestionKinds.Question, store), store, host.Get<OpenQuestions>(), host.Get<AgentDirectory>(), host.Get<IClusterView>(), host.Clock);
            _places = new QuestionPlaces(_questions, host.Get<ILogStore>());
            var questions = new StepQuestions(_questions, _board, host.Get<ProjectDirectory>(), host.Clock);
            var work = new StepWork(_board, runs, new StepAgents(_board, host.Get<IMailboxCounts>()), questions, host.Get<AgentDirectory>());
            _engine = new WorkflowEngine(_board, runs, work, questions, _definitions, host.Get<AgentDirectory>(), host.Clock);
        }

        internal async Task<string> StartAsync()
        {
            var request = System.Text.Json.JsonSerializer.Deserialize(Plan, WireJson.Strict.WorkflowRequest)!;
            var reading = WorkflowReading.Of(request.Steps, await _definitions.KnownAsync(_project, request.Steps, Cancel), new Wire.Validation());
            var workflow = (await _board.AddAsync(_project, 0, WorkflowRules.Create(request, null, reading.Steps, "pm"), Cancel)).Value;
            await _engine.AdvanceAsync(_project, workflow.Value.WorkflowId, Cancel);
            return workflow.Value.WorkflowId;
        }

        /// <summary>Moves a workflow on, and does its steps, until it has ended.</summary>
        internal async Task WorkAsync(string id)
        {
            while (true)
            {
                // What a process does after a start: it looks at every workflow that has not ended.
                foreach (var live in await _board.ListAsync(new EntityQuery(_project.Number, WorkflowKinds.Workflow.Number, 10) { Marks = [WorkflowKinds.Live] }, Cancel))
                    await _engine.AdvanceAsync(_project, live.Value.WorkflowId, Cancel);
                if (!WorkflowKinds.IsLive((await _board.FindAsync(_project, id, Cancel))!.Value.Status))
                    return;
                // It finds the messages of questions, and a person answers.
                await _places.PlaceAllAsync(_project, Cancel);
                foreach (var open in await _questions.ListAsync(new EntityQuery(_project.Number, QuestionKinds.Question.Number, 10) { Marks = [QuestionKinds.OpenForStep] }, Cancel))
                    await _questions.AnswerAsync(_project, Sender.Server, open.Value.QuestionId, "1", null, Cancel);
                foreach (var step in await _board.HeldAsync(_project, WorkflowKinds.HeldBy("be"), Cancel))
                {
                    // Its first attempt at b fails.
                    var fails = step.Value is { Step: "b", Attempt: 1 };
                    var call = new StepCall(fails ? StepVerb.Fail : StepVerb.Complete, _clock.GetUtcNow())
                    {
                        Fence = step.Value.Fence,
                        Worker = "be",
                        Result = fails ? null : System.Text.Json.JsonElement.Parse("""{"n": 1}"""),
                        Error = fails ? "Once more." : null,
                    };
                    await _board.ChangeStepAsync(_project, 0, step.Value.WorkflowId, step.Value.Step, present => StepMoves.Make(present, call), Cancel);
                }
            }
        }
    }

    /// <summary>A store that is gone after some commits, and with it whoever uses it.</summary>
    private sealed class MortalStore(IEntityStore inner, int commits, bool isCommitted) : IEntityStore
    {
        private int _left = commits;

        internal bool IsDead { get; private set; }

        public async ValueTask<TransitionOutcome> ApplyAsync(Transition transition, CancellationToken cancellationToken)
        {
            Live();
            if (_left-- > 0)
                return await inner.ApplyAsync(transition, cancellationToken);
            // On the disk or not, it does not hear of it any more.
            if (isCommitted)
                await inner.ApplyAsync(transition, cancellationToken);
            IsDead = true;
            Live();
            return TransitionOutcome.Conflict;
        }

        public ValueTask<EntityRow?> FindAsync(int project, int kind, string name, CancellationToken cancellationToken) => Live().FindAsync(project, kind, name, cancellationToken);

        public ValueTask<EntityRow?> FindAsync(int project, int kind, Guid id, CancellationToken cancellationToken) => Live().FindAsync(project, kind, id, cancellationToken);

        public ValueTask<IReadOnlyList<EntityRow>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => Live().ListAsync(query, cancellationToken);

        public ValueTask<IReadOnlyList<EntityRow>> FindWithAsync(int project, int kind, Guid id, int otherKind, string prefix, CancellationToken cancellationToken) =>
            Live().FindWithAsync(project, kind, id, otherKind, prefix, cancellationToken);

        public ValueTask RemoveMarkAsync(int project, int kind, long made, string mark, CancellationToken cancellationToken) =>
            Live().RemoveMarkAsync(project, kind, made, mark, cancellationToken);

        public ValueTask<IReadOnlyList<LevelRow>> LevelAsync(EntityLevel level, CancellationToken cancellationToken) => Live().LevelAsync(level, cancellationToken);

        public ValueTask<int> CountAsync(int project, int kind, string mark, int most, CancellationToken cancellationToken) =>
            Live().CountAsync(project, kind, mark, most, cancellationToken);

        public ValueTask<IReadOnlyList<EntityRow>> DueAsync(int kind, DateTimeOffset by, EntityRow? after, int max, CancellationToken cancellationToken) =>
            Live().DueAsync(kind, by, after, max, cancellationToken);

        public ValueTask<IReadOnlyList<LogEntry>> HistoryAsync(int project, long made, string type, long below, int max, CancellationToken cancellationToken) =>
            Live().HistoryAsync(project, made, type, below, max, cancellationToken);

        private IEntityStore Live() => IsDead ? throw new StorageUnavailableException("The process is dead.") : inner;
    }
}

public sealed class SqliteCrashTests() : CrashTests(new OnSqlite());

public sealed class PostgresCrashTests(PostgresDatabases databases) : CrashTests(new OnPostgres(databases));
