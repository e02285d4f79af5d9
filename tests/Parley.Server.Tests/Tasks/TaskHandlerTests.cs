using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Tasks;

/// <summary>Tasks as agent authors work with them.</summary>
public sealed class TaskHandlerTests
{
    /// <summary>The clock never stands still: whatever an agent waits for before it tries again would not pass.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_is_given_a_task_keeps_its_lease_and_its_result_completes_it()
    {
        await using var host = await ConceptHost.StartAsync();
        await using var worker = await ConnectAsync(host, "be");
        await using var boss = await ConnectAsync(host, "pm");
        var (begun, finish) = (new TaskCompletionSource<AgentTask>(), new TaskCompletionSource());
        using var work = worker.OnTaskAssigned(async (task, stop) =>
        {
            begun.TrySetResult(task);
            await finish.Task.WaitAsync(stop);
            return task.Title == "bad" ? throw new InvalidOperationException("It cannot be done.") : JsonElement.Parse("""{"pull_request": 17}""");
        });

        var made = await boss.CreateTaskAsync(new TaskRequest { Title = "good", AgentId = "be" }, Cancel);
        await Polling.UntilAsync("the handler to be called", () =>
        {
            host.Clock.Advance(Moment);
            return begun.Task.IsCompleted;
        });
        var started = await begun.Task;
        var token = await host.TokenAsync(TokenKind.Admin);
        // A lease of 300 seconds, by steps in which it is extended: without that it would have ended.
        var until = started.LeaseUntil!.Value + TimeSpan.FromSeconds(300);
        await host.UntilAsync(token, made.TaskId, task => task.LeaseUntil > until, TimeSpan.FromSeconds(1));
        Assert.Equal((AgentTaskStatus.InProgress, made.Fence), ((await host.GetAsync(token, made.TaskId)).Status, started.Fence));
        finish.SetResult();
        var done = await host.UntilAsync(token, made.TaskId, task => task.Status == AgentTaskStatus.Completed, Moment);
        Assert.Equal(17, done.Result!.Value.GetProperty("pull_request").GetInt32());

        var bad = await boss.CreateTaskAsync(new TaskRequest { Title = "bad", AgentId = "be" }, Cancel);
        var failed = await host.UntilAsync(token, bad.TaskId, task => task.Status == AgentTaskStatus.Failed, Moment);
        Assert.Equal("It cannot be done.", failed.Error);
    }

    private static async Task<ParleyAgent> ConnectAsync(ConceptHost host, string id) => await ParleyAgent.ConnectAsync(
        new ParleyOptions { Url = host.Client.BaseAddress!.ToString(), AgentId = id, Token = await host.RegisterAsync(id), TimeProvider = host.Clock }, Cancel);
}
