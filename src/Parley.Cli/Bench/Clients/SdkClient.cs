using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Bench.Clients;

/// <summary>An agent that uses the SDK.</summary>
internal sealed class SdkClient(ParleyAgent agent) : IBenchClient
{
    public string AgentId => agent.AgentId;

    public async ValueTask<Task<string>> BeginSendAsync(string to, string content, CancellationToken cancellationToken) =>
        IdAsync(await agent.BeginSendAsync(new SendRequest { To = [to], Content = content }, cancellationToken), cancellationToken);

    public Task ReceiveAsync(int count, Action<string, string?> taken, CancellationToken cancellationToken) => TakeAsync(
        count,
        async message =>
        {
            taken(message.Message.MessageId, message.Content);
            await message.AckAsync(cancellationToken: cancellationToken);
        },
        cancellationToken);

    public async Task<string> CreateTaskAsync(string title, CancellationToken cancellationToken) =>
        (await agent.CreateTaskAsync(new TaskRequest { Title = title }, cancellationToken)).TaskId;

    public Task AssignTaskAsync(string taskId, string agentId, CancellationToken cancellationToken) => agent.AssignTaskAsync(taskId, agentId, cancellationToken);

    public async Task WorkAsync(int count, CancellationToken cancellationToken)
    {
        var works = new List<Task>(count);
        await TakeAsync(
            count,
            message =>
            {
                works.Add(WorkAsync(message, cancellationToken));
                return ValueTask.CompletedTask;
            },
            cancellationToken);
        await FirstFailure.OrAllAsync(works);
        await agent.FlushAsync(cancellationToken);
    }

    public Task SetAsync(string key, JsonElement value, CancellationToken cancellationToken) =>
        agent.SetMemoryAsync(key, value, cancellationToken: cancellationToken);

    public async Task<JsonElement> GetAsync(string key, CancellationToken cancellationToken) =>
        (await agent.GetMemoryAsync(key, cancellationToken) ?? throw new CommandException(ExitCode.Failed, $"Nothing is stored under '{key}' any more.")).Value;

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    private async Task TakeAsync(int count, Func<ReceivedMessage, ValueTask> take, CancellationToken cancellationToken)
    {
        var received = 0;
        if (count == 0)
            return;
        await foreach (var message in agent.ReceiveAsync(cancellationToken))
        {
            await take(message);
            if (++received == count)
                break;
        }

        await agent.FlushAsync(cancellationToken);
    }

    private async Task WorkAsync(ReceivedMessage handOut, CancellationToken cancellationToken)
    {
        var given = handOut.Message.Payload!.Value;
        var (id, fence) = (given.GetProperty("task_id").GetString()!, given.GetProperty("fence").GetInt64());
        await agent.UpdateTaskAsync(id, new TaskPatch { Status = AgentTaskStatus.InProgress, Fence = fence }, cancellationToken);
        await agent.CompleteTaskAsync(id, fence, cancellationToken: cancellationToken);
        await handOut.AckAsync(confirm: false, cancellationToken);
    }

    private static async Task<string> IdAsync(Task<SendAnswer> answer, CancellationToken cancellationToken) =>
        (await answer.WaitAsync(cancellationToken)).MessageId;
}
