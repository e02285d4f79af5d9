using Parley.Protocol;
using Parley.Server.Questions;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Questions;

/// <summary>Who is reminded when, for any question and any clock.</summary>
public sealed class QuestionLadderTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 22, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Whatever_the_question_and_whenever_it_is_looked_at_each_person_is_asked_once_in_order_and_each_look_has_an_end()
    {
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var question = Any(random);
            var (people, now, asked, seen) = (QuestionLadder.People(question), Start, new List<string>(question.Waiting), 0);
            Assert.All(question.Reminders, reminder => Assert.True(reminder.At > Start && (question.Deadline is null || reminder.At < question.Deadline)));

            while (QuestionLadder.Due(question) is { } due && due != question.Deadline)
            {
                Assert.True(++seen <= question.Reminders.Count, $"Seed {seed}: it is due again and again.");
                // A server that was away looks late.
                now = due + TimeSpan.FromSeconds(random.Next(2) * random.Next(20_000));
                var (next, reminded, newly) = Assert.NotNull(QuestionLadder.Advance(question, now, _ => true));
                Assert.Equal(reminded.Count + newly.Count, reminded.Concat(newly).Distinct().Count());
                Assert.All(reminded, person => Assert.Contains(person, asked));
                Assert.All(newly, person => Assert.DoesNotContain(person, asked));
                asked.AddRange(newly);
                Assert.Equal(asked, next.Waiting);
                Assert.Null(QuestionLadder.Advance(next, now, _ => true));
                question = next;
            }

            Assert.Equal(people.Take(asked.Count), asked);
            if (question.Deadline is null)
                Assert.Equal(people, asked);
        }
    }

    [Fact]
    public void Without_seconds_the_time_until_the_deadline_is_shared_out_equally()
    {
        var question = QuestionRules.Create(
            new QuestionRequest { Content = "x", Escalation = ["a", "b", "c"], Deadline = Start.AddHours(3) }, "id", "asker", Start);

        Assert.Equal(3_600, question.EscalateAfterSeconds);
        Assert.Equal(
            [(45, "a"), (60, "b"), (90, "b"), (120, "c"), (135, "c")], question.Reminders.Select(reminder => ((int)(reminder.At - Start).TotalMinutes, reminder.To)));
    }

    private static Question Any(Random random)
    {
        var request = new QuestionRequest
        {
            Content = "x",
            Escalation = random.Next(3) == 0 ? null : [.. new[] { "a", "b", "human", "c" }.Take(1 + random.Next(4))],
            EscalateAfterSeconds = random.Next(2) == 0 ? null : 1 + random.Next(10_000),
            Deadline = random.Next(3) == 0 ? null : Start.AddMilliseconds(1 + random.Next(random.Next(2) == 0 ? 10 : 40_000_000)),
        };
        return QuestionRules.Create(request, "id", "asker", Start) with { MessageId = "m", ThreadId = "t" };
    }
}
