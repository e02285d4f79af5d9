using System.Collections.Concurrent;
using System.Globalization;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Projects;

namespace Parley.Server.Summaries;

/// <summary>Summaries of threads by a project's own model: asked for when somebody wants a digest, and kept until the thread has grown.</summary>
internal sealed class ThreadSummaries(EntityBoard<ModelSummary> board, SummaryModel model, TimeProvider clock) : IThreadSummaries
{
    /// <summary>How many new messages make a summary old.</summary>
    internal const int MostNew = 10;

    /// <summary>After a failure, the model is not asked again for this long, so that those who want digests do not all wait for nothing.</summary>
    internal static readonly TimeSpan Rest = TimeSpan.FromSeconds(30);

    private readonly Turns _turns = new();
    private readonly ConcurrentDictionary<int, (string Url, string Error, DateTimeOffset At)> _failures = new();

    public async ValueTask<ThreadDigest> AddAsync(
        ProjectState project, ThreadDigest digest, IReadOnlyList<Message> messages, bool refresh, CancellationToken cancellationToken)
    {
        var settings = project.Record.Settings;
        if (settings is not { SummaryUrl: { } url, SummaryModel: not null } || messages.Count == 0)
            return digest;
        var kept = await FindAsync(project, digest, settings, messages, cancellationToken);
        if (kept is not null && !refresh && IsFresh(kept.Value, messages))
            return With(digest, kept.Value, error: null);

        var asked = kept?.Version;
        // One call at a time for each thread. Others get what the first one gets.
        var turn = _turns.Of(project.Number, digest.ConversationThreadId);
        await turn.WaitAsync(cancellationToken);
        try
        {
            kept = await FindAsync(project, digest, settings, messages, cancellationToken);
            if (kept is not null && kept.Version != asked && IsFresh(kept.Value, messages))
                return With(digest, kept.Value, error: null);
            if (!refresh && RecentFailure(project, url) is { } recent)
                return With(digest, kept?.Value, recent);
            var (text, error) = await model.AskAsync(settings, messages, cancellationToken);
            if (text is null)
            {
                error = $"The model at summary_url gave no summary: {error}.";
                _failures[project.Number] = (url, error, clock.GetUtcNow());
                return With(digest, kept?.Value, error);
            }

            _failures.TryRemove(project.Number, out _);
            return With(digest, await KeepAsync(project, digest, settings, messages, text, cancellationToken), error: null);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The summary that is kept, if it may still be shown. One that covers a message which was deleted or superseded since is removed.</summary>
    private async ValueTask<Entity<ModelSummary>?> FindAsync(
        ProjectState project, ThreadDigest digest, ProjectSettings settings, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        if (await board.FindAsync(project.Number, digest.ConversationThreadId, cancellationToken) is not { } kept || kept.Value.Model != settings.SummaryModel)
            return null;
        if (GoneIn(messages, kept.Value.FirstSeq, kept.Value.LastSeq) <= kept.Value.Gone)
            return kept;
        await board.ChangeAsync(
            project.Number, digest.ConversationThreadId, sender: 0,
            present => present?.Version == kept.Version ? Decision<ModelSummary>.Remove(SummaryKind.RemovedType) : Decision<ModelSummary>.Keep, cancellationToken);
        return null;
    }

    /// <summary>Keeps a summary, unless a newer one was made at another node.</summary>
    private async ValueTask<ModelSummary> KeepAsync(
        ProjectState project, ThreadDigest digest, ProjectSettings settings, IReadOnlyList<Message> messages, string text, CancellationToken cancellationToken)
    {
        var made = new ModelSummary
        {
            ConversationThreadId = digest.ConversationThreadId,
            Model = settings.SummaryModel!,
            Text = text,
            FirstSeq = messages[0].Seq,
            LastSeq = messages[^1].Seq,
            Gone = GoneIn(messages, messages[0].Seq, messages[^1].Seq),
        };
        await board.ChangeAsync(
            project.Number, made.ConversationThreadId, sender: 0,
            present => present?.Value.LastSeq > made.LastSeq && present.Value.Model == made.Model ? Decision<ModelSummary>.Keep : Decision<ModelSummary>.Put(made, SummaryKind.MadeType),
            cancellationToken);
        return made;
    }

    private string? RecentFailure(ProjectState project, string url) =>
        _failures.TryGetValue(project.Number, out var failure) && failure.Url == url && clock.GetUtcNow() - failure.At < Rest
            ? string.Create(CultureInfo.InvariantCulture, $"{failure.Error} It was not asked again, because that was less than {Rest.TotalSeconds} s ago.")
            : null;

    private static bool IsFresh(ModelSummary kept, IReadOnlyList<Message> messages) => messages.Count(message => message.Seq > kept.LastSeq) < MostNew;

    private static int GoneIn(IReadOnlyList<Message> messages, long first, long last)
    {
        var superseded = messages.Select(message => message.Supersedes).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return messages.Count(message => message.Seq >= first && message.Seq <= last && (message.Deleted || superseded.Contains(message.MessageId)));
    }

    private static ThreadDigest With(ThreadDigest digest, ModelSummary? summary, string? error) =>
        digest with { Summary = summary?.Text, SummaryLastSeq = summary?.LastSeq, SummaryError = error };
}
