using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Questions;

/// <summary>Takes the messages of a question that has ended out of people's mailboxes: the one that asked, reminders, and those to further people. Nobody
/// should be asked for an answer that is already there.</summary>
internal sealed class QuestionMail(IMessageStore messages, IMessageHistory history, IndexCatchUp index, FollowUps followUps) : IQuestionWatcher
{
    private const int PartSize = 100;

    private static readonly HashSet<string> Types = [QuestionMessages.AskedType, QuestionMessages.ReminderType];

    public void Ended(ProjectState project, Question question)
    {
        if (question is { MessageId: { } asked, ThreadId: not null })
            _ = followUps.RunAsync(project, "a question", cancel => WithdrawAsync(project, question, EntryId.SeqOf(Guid.Parse(asked)), cancel));
    }

    private async ValueTask WithdrawAsync(ProjectState project, Question question, long asked, CancellationToken cancellationToken)
    {
        await messages.WithdrawAsync(project.Number, asked, DeliveryReasons.QuestionEnded, cancellationToken);
        if (!question.Reminders.Any(reminder => reminder.Sent))
            return;

        await index.RunAsync(project.Number, cancellationToken);
        var query = new HistoryQuery(project.Number) { Thread = EntryId.SeqOf(Guid.Parse(question.ThreadId!)), Types = Types, Sender = 0, Max = PartSize };
        while (true)
        {
            var part = await history.ListAsync(query, cancellationToken);
            foreach (var message in part.Where(message => message.Seq > asked && QuestionReplies.QuestionOf(message) == question.QuestionId))
                await messages.WithdrawAsync(project.Number, message.Seq, DeliveryReasons.QuestionEnded, cancellationToken);
            if (part.Count == 0 || part[^1].Seq <= asked)
                return;
            query = query with { Before = part[^1].Seq };
        }
    }
}
