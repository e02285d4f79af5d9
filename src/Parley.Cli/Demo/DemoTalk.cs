using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>Says lines for their actors, and knows in which threads they belong and which tasks they are about.</summary>
internal sealed class DemoTalk(DemoCast cast)
{
    private const string Like = "👍";
    private const int LongestTitle = 120, NewestThreads = 500;

    private readonly ConcurrentDictionary<string, (string ThreadId, string? LastMessageId)> _threads = new(StringComparer.Ordinal);

    /// <summary>The tasks that are not completed, by the thread in which they were assigned.</summary>
    private readonly ConcurrentDictionary<string, AgentTask> _tasks = new(StringComparer.Ordinal);

    /// <summary>The tasks that lines have assigned and not completed.</summary>
    public IReadOnlyCollection<AgentTask> OpenTasks => [.. _tasks.Values];

    /// <summary>The id of a thread; null if nothing was said in it.</summary>
    public string? ThreadId(string thread) => _threads.TryGetValue(thread, out var begun) ? begun.ThreadId : null;

    /// <summary>Goes on in a thread that exists, such as that of a task.</summary>
    public void GoOnIn(string thread, string threadId) => _threads[thread] = (threadId, LastMessageId: null);

    /// <summary>Finds the threads of an earlier start again, by what was said in them first.</summary>
    /// <param name="openings">The first line of each thread.</param>
    public async Task RecallAsync(ParleyApi api, IEnumerable<DemoLine> openings, CancellationToken cancellationToken)
    {
        var page = await api.Threads.ListAsync(NewestThreads, cancellationToken: cancellationToken);
        foreach (var line in openings)
        {
            var title = line.Text.Length > LongestTitle ? line.Text[..LongestTitle] : line.Text;
            if (page.Items.FirstOrDefault(thread => thread.Title == title) is { } begun)
                GoOnIn(line.Thread, begun.ConversationThreadId);
        }
    }

    /// <summary>Sends a line, lets others react to it, and writes down what its sender keeps.</summary>
    public async Task<SendAnswer> SayAsync(DemoLine line, string? executionId, CancellationToken cancellationToken)
    {
        var answer = await cast.SayAsync(line.From, Message(line, executionId), cancellationToken);
        _threads[line.Thread] = (answer.ConversationThreadId, answer.MessageId);
        foreach (var fan in line.Likes.Where(cast.Has))
            await cast[fan].Api.Messages.ReactAsync(answer.MessageId, Like, cancellationToken);
        if (line.Keeps is { } note)
            await cast[line.From].Agent.SetMemoryAsync(note.Key, JsonElement.Parse(note.Json), cancellationToken: cancellationToken);
        if (line.Then is { } activity)
            await cast[line.From].Agent.SetStatusAsync(activity: activity, cancellationToken: cancellationToken);
        return answer;
    }

    /// <summary>Starts, completes, and assigns tasks as a line says.</summary>
    /// <returns>The task that was completed, and how many were assigned, each by a message to one mailbox.</returns>
    public async Task<(AgentTask? Completed, int HandedOut)> WorkAsync(DemoLine line, CancellationToken cancellationToken)
    {
        AgentTask? done = null;
        if (line.Starts is { } started)
            _tasks[started] = await cast.StartAsync(line.From, _tasks[started], cancellationToken);
        if (line.Completes is { } completed)
        {
            done = await cast.CompleteAsync(line.From, _tasks[completed], cancellationToken);
            _tasks.TryRemove(completed, out _);
        }

        if (line.Task is null)
            return (done, 0);
        var request = new TaskRequest { Title = line.Task, AgentId = line.To, Priority = line.Priority };
        _tasks[line.Thread] = await cast.GiveAsync(line.From, request, cancellationToken);
        return (done, 1);
    }

    private SendRequest Message(DemoLine line, string? executionId)
    {
        var begun = _threads.TryGetValue(line.Thread, out var thread);
        return new SendRequest
        {
            To = [line.To],
            MessageType = line.Type,
            Content = line.Text,
            Payload = line.Payload is { } payload ? JsonElement.Parse(payload) : null,
            Priority = line.Priority,
            Intent = line.Intent,
            ConversationThreadId = begun ? thread.ThreadId : null,
            ReplyTo = begun && line.Replies ? thread.LastMessageId : null,
            ExecutionId = executionId,
        };
    }
}
