using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Questions;

/// <summary>Who is reminded when, and who is asked next. Pure functions.</summary>
internal static class QuestionLadder
{
    private static readonly TimeSpan UsualStep = TimeSpan.FromMinutes(15);

    /// <summary>Before any clock's time. The store takes 0 for never.</summary>
    private static readonly DateTimeOffset AtOnce = DateTimeOffset.FromUnixTimeMilliseconds(1);

    /// <summary>Those who can be asked, in order.</summary>
    internal static IReadOnlyList<string> People(Question question) => question.Escalation.Count > 0 ? question.Escalation : [AgentDirectory.Human];

    /// <summary>Plans the reminders: one at each quarter of the time until the deadline, to whom was asked last, and the first message to each further
    /// person.</summary>
    internal static Question Plan(Question question, DateTimeOffset now)
    {
        var people = People(question);
        var step = question.EscalateAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds)
            : question.Deadline is { } until ? (until - now) / people.Count
            : UsualStep;
        var reminders = people.Skip(1).Select((person, i) => new QuestionReminder { At = Whole(now + ((i + 1) * step)), To = person }).ToList();
        if (question.Deadline is { } deadline)
        {
            reminders.RemoveAll(reminder => reminder.At >= deadline);
            var asked = reminders.ToList();
            for (var quarter = 1; quarter <= 3; quarter++)
            {
                var at = Whole(now + (quarter * (deadline - now) / 4));
                // Whoever is asked at that very moment needs no reminder.
                if (at >= deadline || asked.Exists(one => one.At == at))
                    continue;
                reminders.Add(new QuestionReminder { At = at, To = asked.FindLast(one => one.At < at)?.To ?? people[0] });
            }
        }

        return question with
        {
            EscalateAfterSeconds = people.Count > 1 ? Math.Max((int)step.TotalSeconds, 1) : null,
            Waiting = [people[0]],
            Reminders = [.. reminders.OrderBy(reminder => reminder.At)],
        };
    }

    /// <summary>When something has to be done about a question.</summary>
    internal static DateTimeOffset? Due(Question question)
    {
        if (question.Status != QuestionStatus.Open)
            return null;
        // The store has its message, but a server was killed before it noted which one that is.
        if (question.MessageId is null)
            return AtOnce;
        var next = Rest(question).Select(reminder => (DateTimeOffset?)reminder.At).FirstOrDefault();
        return next is null || question.Deadline < next ? question.Deadline : next;
    }

    /// <summary>Takes the reminders that are due.</summary>
    /// <param name="isThere">Whether a person still exists; in place of others, <c>human</c> is asked.</param>
    /// <returns>The question afterward, and who gets a message; null if none is due. Each person gets one message at most, however many were due while
    /// no server ran.</returns>
    internal static (Question Question, IReadOnlyList<string> Reminded, IReadOnlyList<string> Asked)? Advance(
        Question question, DateTimeOffset now, Func<string, bool> isThere)
    {
        var reminders = question.Reminders.ToList();
        var due = reminders.Count - Rest(question).Count();
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        for (; due < reminders.Count && reminders[due].At <= now; due++)
        {
            if (!isThere(reminders[due].To))
                reminders[due] = reminders[due] with { To = AgentDirectory.Human };
            last[reminders[due].To] = due;
        }

        if (last.Count == 0)
            return null;
        foreach (var index in last.Values)
            reminders[index] = reminders[index] with { Sent = true };
        IReadOnlyList<string> asked = [.. last.Keys.Except(question.Waiting, StringComparer.Ordinal)];
        IReadOnlyList<string> reminded = [.. last.Keys.Intersect(question.Waiting, StringComparer.Ordinal)];
        return (question with { Reminders = reminders, Waiting = [.. question.Waiting, .. asked] }, reminded, asked);
    }

    /// <summary>Those after the last one that was sent.</summary>
    private static IEnumerable<QuestionReminder> Rest(Question question)
    {
        var sent = 0;
        for (var i = 0; i < question.Reminders.Count; i++)
        {
            if (question.Reminders[i].Sent)
                sent = i + 1;
        }

        return question.Reminders.Skip(sent);
    }

    /// <summary>The next time that is as precise as times on the wire are.</summary>
    private static DateTimeOffset Whole(DateTimeOffset at)
    {
        var whole = DateTimeOffset.FromUnixTimeMilliseconds(at.ToUnixTimeMilliseconds());
        return whole < at ? whole.AddMilliseconds(1) : whole;
    }
}
