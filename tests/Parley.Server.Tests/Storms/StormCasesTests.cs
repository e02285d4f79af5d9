using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storms;

/// <summary>Random conversations of agents and a person on the real store: in no chain, and from no agent, do more replies get through than the limit
/// allows, and nothing else is held.</summary>
public abstract class StormCasesTests(StorageUnderTest storage, int cases)
{
    private const int Limit = 4;

    /// <summary>The last is a person.</summary>
    private static readonly string[] People = ["a", "b", "c", "d", "human"];

    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task No_more_replies_get_through_than_the_limit_allows_and_nothing_else_is_held()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var admin = await host.TokenAsync(TokenKind.Admin);
        await host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", admin, $$"""{"settings": {"rate_limit_per_second": 0, "loop_limit": {{Limit}} } }""");
        var tokens = new List<string>();
        foreach (var agent in People[..^1])
            tokens.Add(await host.RegisterAsync(agent));
        tokens.Add(admin);
        // Mostly the newest message is answered, by whom it was sent to and at once: this is how loops come about.
        var says = (from seconds in Gen.Elements(0, 0, 0, 0, 0, 0, 0, 1, 1, 10, 31, 70)
                    from back in Gen.Elements(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 5)
                    from sender in Gen.Elements(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 1, 2, 3, 4)
                    from to in Gen.Choose(0, 3)
                    select new Says(seconds, back, sender, to)).ArrayOf();
        var held = 0;

        GeneratedCases.Hold(cases, 60, Arb.From(says, GeneratedCases.Shorter), talk => held += TalkAsync(host, tokens, talk).GetAwaiter().GetResult());

        Assert.True(held > 0, "No case became a storm.");
    }

    private static async Task<int> TalkAsync(ConceptHost host, List<string> tokens, Says[] talk)
    {
        var first = await host.SayAsync(tokens[0], "b", "0");
        var got = new List<Said> { new(first.MessageId, 0, 1, host.Clock.GetUtcNow(), null) };
        var (all, spoken) = (0, DateTimeOffset.MinValue);
        foreach (var says in talk)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(says.Seconds));
            var answered = got[Math.Max(0, got.Count - 1 - says.Back)];
            var sender = says.Sender < 0 ? answered.Recipient : says.Sender;
            // Whoever is not in the thread cannot read what it would answer.
            if (sender != answered.Recipient && sender != answered.Sender && sender != People.Length - 1)
                continue;
            var recipient = says.To == sender ? (says.To + 1) % 4 : says.To;
            var said = new Said("", sender, recipient, host.Clock.GetUtcNow(), answered);
            var sent = await host.SayAsync(tokens[sender], People[recipient], all.ToString(CultureInfo.InvariantCulture), answered.Id);
            if (said.IsPersons)
                spoken = said.At;
            var answers = said.Answers(spoken);
            var own = got.Count(other => other.Sender == sender && other.CountsForItsSender && other.At > said.At - Window && other.At > spoken) + (said.CountsForItsSender ? 1 : 0);
            if (sent.IsHeld())
            {
                // An open storm goes on holding, however few the replies are by then.
                Assert.True(all > 0 || answers > Limit || own > Limit, $"{says} was held after only {answers} answers in its chain, and {own} by its sender.");
                all++;
            }
            else
            {
                Assert.True(answers <= Limit && (own <= Limit || !said.CountsForItsSender), $"{says} got through, although it is answer {answers} in its chain, and {own} by its sender.");
                got.Add(said with { Id = sent.MessageId });
            }
        }

        return all;
    }

    /// <param name="Back">How far back what is answered is.</param>
    /// <param name="Sender">-1: whoever got what is answered.</param>
    private sealed record Says(int Seconds, int Back, int Sender, int To);

    private sealed record Said(string Id, int Sender, int Recipient, DateTimeOffset At, Said? Answered)
    {
        private int Hops => IsPersons || Answered is null ? 0 : Answered.Hops + 1;

        /// <summary>Whether it answers another agent late enough in the conversation.</summary>
        internal bool CountsForItsSender => Hops >= 3 && Sender != Answered!.Sender;

        internal bool IsPersons => Sender == People.Length - 1;

        /// <summary>How often agents have answered each other in the chain that ends here, in the last minute and since a person spoke.</summary>
        internal int Answers(DateTimeOffset spoken)
        {
            var count = 0;
            for (var said = this; said.Answered is { } before && !said.IsPersons && said.At > At - Window && said.At > spoken; said = before)
            {
                if (said.Sender != before.Sender)
                    count++;
            }

            return count;
        }
    }
}

public sealed class SqliteStormCasesTests() : StormCasesTests(new OnSqlite(), cases: 60);

public sealed class PostgresStormCasesTests(PostgresDatabases databases) : StormCasesTests(new OnPostgres(databases), cases: 25);
