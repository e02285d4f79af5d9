using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Questions;

/// <summary>Takes the messages of a question that has ended out of people's mailboxes: the one that asked, reminders, and those to further people. Nobody
/// should be asked for an answer that is already there.</summary>
/// <remarks>The end is stored first, with a mark that is removed once the messages are gone. What a killed node left behind has that mark still.</remarks>
internal sealed class QuestionMail(
    EntityBoard<Question> questions, IEntityStore store, IMessageStore messages, IMessageHistory history, IndexCatchUp index, ProjectDirectory projects,
    FollowUps followUps) : IQuestionWatcher, IChore
{
    private const int PartSize = 100;

    private static readonly HashSet<string> Types = [QuestionMessages.AskedType, QuestionMessages.ReminderType];

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public void Ended(ProjectState project, Question question)
    {
        if (question.MessageId is not null)
            _ = followUps.RunAsync(project, "a question", cancel => ClearAsync(project, question, cancel));
    }

    /// <summary>Does what a killed node did not get to. A few at a time, however many there are.</summary>
    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All.Where(project => !project.Gone.IsCancellationRequested))
        {
            var left = new EntityQuery(project.Number, QuestionKinds.Question.Number, PartSize) { Marks = [QuestionKinds.InMail], OldestFirst = true };
            foreach (var question in await questions.ListAsync(left, cancellationToken))
                await ClearAsync(project, question.Value, cancellationToken);
        }

        return null;
    }

    private async ValueTask ClearAsync(ProjectState project, Question question, CancellationToken cancellationToken)
    {
        if (await WithdrawAsync(project, question, EntryId.SeqOf(Guid.Parse(question.MessageId!)), cancellationToken))
            await store.RemoveMarkAsync(project.Number, QuestionKinds.Question.Number, question.Number, QuestionKinds.InMail, cancellationToken);
    }

    /// <returns>False if some could not be found yet.</returns>
    private async ValueTask<bool> WithdrawAsync(ProjectState project, Question question, long asked, CancellationToken cancellationToken)
    {
        await messages.WithdrawAsync(project.Number, asked, DeliveryReasons.QuestionEnded, cancellationToken);
        if (!question.Reminders.Any(reminder => reminder.Sent))
            return true;

        if (await index.RunAsync(project.Number, cancellationToken) is not null)
            return false;
        var query = new HistoryQuery(project.Number) { Thread = EntryId.SeqOf(Guid.Parse(question.ThreadId!)), Types = Types, Sender = 0, Max = PartSize };
        while (true)
        {
            var part = await history.ListAsync(query, cancellationToken);
            foreach (var message in part.Where(message => message.Seq > asked && QuestionReplies.QuestionOf(message) == question.QuestionId))
                await messages.WithdrawAsync(project.Number, message.Seq, DeliveryReasons.QuestionEnded, cancellationToken);
            if (part.Count == 0 || part[^1].Seq <= asked)
                return true;
            query = query with { Before = part[^1].Seq };
        }
    }
}
