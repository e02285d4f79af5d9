using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Questions;

/// <summary>Finds the message of a question that a killed server stored with it, but did not note.</summary>
internal sealed class QuestionPlaces(QuestionBoard board, ILogStore log)
{
    private const int PartSize = 1_000;

    /// <summary>Notes the messages of all such questions of a project. Nearly always, there are none.</summary>
    internal async ValueTask PlaceAllAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, QuestionKinds.Question.Number, PartSize) { Marks = [QuestionKinds.Unplaced], OldestFirst = true };
        foreach (var question in await board.ListAsync(query, cancellationToken))
            await PlaceAsync(project, question, cancellationToken);
    }

    /// <summary>Reads the log from where the question was made. The message is in the same commit, so it is not far, and if several commits are one, the
    /// messages are in the order of their questions.</summary>
    internal async ValueTask PlaceAsync(ProjectState project, Entity<Question> question, CancellationToken cancellationToken)
    {
        for (var after = question.Row.Made; ;)
        {
            var slice = await log.ReadAsync(project.Number, after, PartSize, long.MaxValue, LogQuery.All, cancellationToken);
            foreach (var entry in slice.Entries)
            {
                if (await AsksAsync(project, entry, question, cancellationToken))
                {
                    var (message, thread) = MessageJsonReader.Ids(entry.Json);
                    await board.PlaceAsync(project, question, message, thread);
                    return;
                }
            }

            if (slice.LookedTo <= after)
                return;
            after = slice.LookedTo;
        }
    }

    private async ValueTask<bool> AsksAsync(ProjectState project, LogEntry entry, Entity<Question> question, CancellationToken cancellationToken)
    {
        if (entry.Kind != EntryKind.Message || entry.Sender != question.Row.Maker)
            return false;
        if (entry.Type == QuestionMessages.AskedType)
            return QuestionReplies.QuestionOf(entry) == question.Value.QuestionId;
        // The agent's own message is the question. It may have sent the same one twice.
        return entry.Type == MessageRouting.HumanIntervention && QuestionInterventions.TextOf(entry) == question.Value.Content &&
            (await board.ListAsync(
                new EntityQuery(project.Number, QuestionKinds.Question.Number, 1) { Marks = [QuestionKinds.OpenIn(MessageJsonReader.Id(entry.Json).ToString())] }, cancellationToken)).Count == 0;
    }
}
