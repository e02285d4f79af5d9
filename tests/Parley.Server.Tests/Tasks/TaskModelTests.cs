using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Tasks;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>The states of a task against a model that is a table, in random walks on the real store.</summary>
public abstract class TaskModelTests(StorageUnderTest storage)
{
    /// <summary>From, verb, to: what is not here is not possible.</summary>
    private static readonly Dictionary<(AgentTaskStatus, TaskVerb), AgentTaskStatus> Diagram = new()
    {
        [(AgentTaskStatus.Pending, TaskVerb.Assign)] = AgentTaskStatus.Assigned,
        [(AgentTaskStatus.Pending, TaskVerb.Cancel)] = AgentTaskStatus.Cancelled,
        [(AgentTaskStatus.Assigned, TaskVerb.Assign)] = AgentTaskStatus.Assigned,
        [(AgentTaskStatus.Assigned, TaskVerb.Accept)] = AgentTaskStatus.Assigned,
        [(AgentTaskStatus.Assigned, TaskVerb.Extend)] = AgentTaskStatus.Assigned,
        [(AgentTaskStatus.Assigned, TaskVerb.Start)] = AgentTaskStatus.InProgress,
        [(AgentTaskStatus.Assigned, TaskVerb.Reject)] = AgentTaskStatus.Pending,
        [(AgentTaskStatus.Assigned, TaskVerb.Unassign)] = AgentTaskStatus.Pending,
        [(AgentTaskStatus.Assigned, TaskVerb.Lapse)] = AgentTaskStatus.Pending,
        [(AgentTaskStatus.Assigned, TaskVerb.Complete)] = AgentTaskStatus.Completed,
        [(AgentTaskStatus.Assigned, TaskVerb.Fail)] = AgentTaskStatus.Failed,
        [(AgentTaskStatus.Assigned, TaskVerb.Cancel)] = AgentTaskStatus.Cancelled,
        [(AgentTaskStatus.InProgress, TaskVerb.Assign)] = AgentTaskStatus.Assigned,
        [(AgentTaskStatus.InProgress, TaskVerb.Extend)] = AgentTaskStatus.InProgress,
        [(AgentTaskStatus.InProgress, TaskVerb.Reject)] = AgentTaskStatus.Pending,
        [(AgentTaskStatus.InProgress, TaskVerb.Unassign)] = AgentTaskStatus.Pending,
        [(AgentTaskStatus.InProgress, TaskVerb.Lapse)] = AgentTaskStatus.Pending,
        [(AgentTaskStatus.InProgress, TaskVerb.Complete)] = AgentTaskStatus.Completed,
        [(AgentTaskStatus.InProgress, TaskVerb.Fail)] = AgentTaskStatus.Failed,
        [(AgentTaskStatus.InProgress, TaskVerb.Cancel)] = AgentTaskStatus.Cancelled,
    };

    private static readonly string[] Agents = ["a", "b"];

    [Fact]
    public async Task Walks_go_where_the_diagram_says_and_a_fence_is_good_for_one_hand_out()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        foreach (var agent in Agents)
            await host.RegisterAsync(agent);
        var moves = (from verb in Gen.Elements(Enum.GetValues<TaskVerb>()) from who in Gen.Choose(0, 1) from stale in Gen.Elements(false, false, false, true) select new Move(verb, who, stale)).ArrayOf();
        GeneratedCases.Hold(60, 14, Arb.From(moves, GeneratedCases.Shorter), walk => WalkAsync(host, walk).GetAwaiter().GetResult());
    }

    private static async Task WalkAsync(ConceptHost host, Move[] walk)
    {
        var (board, project) = (host.Get<TaskBoard>(), host.Default);
        var now = host.Clock.GetUtcNow();
        var made = (await board.CreateAsync(project, 0, TaskRules.Create(new TaskRequest { Title = "Walk" }, null, []), CancellationToken.None)).Value;
        var (status, fence, holder, hands) = (AgentTaskStatus.Pending, 0L, default(string), 0);
        foreach (var move in walk)
        {
            var isWorkers = move.Verb is TaskVerb.Accept or TaskVerb.Reject or TaskVerb.Start or TaskVerb.Extend or TaskVerb.Complete or TaskVerb.Fail;
            var step = new TaskStep(move.Verb, now)
            {
                Agent = move.Verb == TaskVerb.Assign ? Agents[move.Who] : null,
                LeaseUntil = now.AddMinutes(5),
                Fence = isWorkers ? move.Stale ? fence - 1 : fence : null,
                Worker = isWorkers ? holder ?? Agents[move.Who] : null,
            };
            var result = await board.MoveAsync(project, made.Value.TaskId, 0, null, _ => step, CancellationToken.None);
            var isLegal = Diagram.TryGetValue((status, move.Verb), out var to) && !(isWorkers && move.Stale);

            Assert.True(isLegal == (result.Problem is null), $"{move} at {status}: {result.Problem?.Detail ?? "done"}");
            if (isLegal)
            {
                var task = result.Value.Value;
                Assert.Equal(to, task.Status);
                if (move.Verb == TaskVerb.Assign)
                    (holder, hands) = (Agents[move.Who], hands + 1);
                var leaves = move.Verb is TaskVerb.Assign or TaskVerb.Reject or TaskVerb.Unassign or TaskVerb.Lapse || (move.Verb == TaskVerb.Cancel && status != AgentTaskStatus.Pending);
                Assert.True(leaves ? task.Fence > fence : task.Fence == fence, $"{move}: the fence was {fence} and is {task.Fence}");
                (status, fence, holder) = (to, task.Fence, to == AgentTaskStatus.Pending ? null : holder);
                Assert.Equal((holder, TaskMoves.IsHeld(to)), (task.AgentId, task.LeaseUntil is not null));
            }
            else if (isWorkers && move.Stale && fence > 0)
            {
                Assert.Equal(ErrorCodes.LeaseLost, result.Problem!.Code);
            }
        }

        var stored = await board.FindAsync(project, made.Value.TaskId, CancellationToken.None);
        Assert.Equal((status, fence, holder), (stored!.Value.Status, stored.Value.Fence, stored.Value.AgentId));
        var given = await board.AssignmentsAsync(project, made.Value.TaskId, null, 100, CancellationToken.None);
        Assert.Equal(hands, given.Count);
        Assert.Equal(TaskMoves.IsHeld(status) ? 1 : 0, given.Count(one => one.Value.Status is AssignmentStatus.Assigned or AssignmentStatus.Accepted));
    }

    private sealed record Move(TaskVerb Verb, int Who, bool Stale);
}

public sealed class SqliteTaskModelTests() : TaskModelTests(new OnSqlite());

public sealed class PostgresTaskModelTests(PostgresDatabases databases) : TaskModelTests(new OnPostgres(databases));
