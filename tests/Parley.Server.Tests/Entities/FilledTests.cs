using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Memory;
using Parley.Server.Tasks;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Entities;

/// <summary>An entity that was just written equals the one that is read later, although its JSON is not read again.</summary>
public sealed class FilledTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_that_was_just_written_is_as_it_is_read()
    {
        await using var host = await ConceptHost.StartAsync(new OnSqlite());
        var board = host.Get<EntityBoard<AgentTask>>();
        var task = JsonSerializer.Deserialize(TaskKinds.ATask, WireJson.Lenient.AgentTask)!;
        Assert.NotEqual(default, task.Requirements);

        var made = await WriteAsync(board, null, task);
        var ended = await WriteAsync(board, made, made.Value with { Status = AgentTaskStatus.Completed });

        Assert.NotNull(ended.Value.CompletedAt);
        foreach (var written in new[] { made, ended })
            AssertAsRead(board, TaskKinds.Task, written);

        async Task<Entity<AgentTask>> WriteAsync(EntityBoard<AgentTask> tasks, Entity<AgentTask>? present, AgentTask value)
        {
            var transition = new Transition(host.Default.Number, 0, [tasks.Write(present, Decision<AgentTask>.Put(value, TaskRules.UpdatedType))]);
            return tasks.Written((await host.Get<IEntityStore>().ApplyAsync(transition, Cancel)).Rows[0], value);
        }
    }

    [Fact]
    public async Task A_memory_entry_that_was_just_written_is_as_it_is_read()
    {
        await using var host = await ConceptHost.StartAsync(new OnSqlite());
        var board = host.Get<EntityBoard<MemoryEntry>>();
        var entry = JsonSerializer.Deserialize(MemoryConcept.AnEntry, WireJson.Lenient.MemoryEntry)!;

        for (var i = 0; i < 2; i++)
        {
            (await board.ChangeAsync(host.Default.Number, entry.Key, 0, _ => Decision<MemoryEntry>.Put(entry, MemoryRules.UpdatedType), Cancel)).TryGet(out var written, out _);
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            AssertAsRead(board, MemoryConcept.Kind, written!);
        }
    }

    private static void AssertAsRead<T>(EntityBoard<T> board, EntityKind<T> kind, Entity<T> written)
        where T : class
    {
        var read = board.Read(written.Row);

        Assert.Equal(JsonSerializer.Serialize(read.Value, kind.Json), JsonSerializer.Serialize(written.Value, kind.Json));
        Assert.Equal(read.Shown, written.Shown);
        Assert.Equal(JsonSerializer.Serialize(read.Value, kind.Json), System.Text.Encoding.UTF8.GetString(written.Shown));
    }
}
