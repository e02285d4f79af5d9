using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.CatchUp;
using Parley.Server.Tests.Harness;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.CatchUp;

/// <summary>What is left of a catch-up that must fit into a model's context.</summary>
public sealed class CatchUpBudgetTests
{
    private const string Id = "0199e1c1-0000-7000-8000-000000000700";

    private static readonly DateTimeOffset Time = new(2026, 1, 22, 13, 56, 52, TimeSpan.Zero);

    [Fact]
    public void The_budget_is_kept_and_every_item_is_shown_or_counted() => GeneratedCases.Hold(300, 60, Arb.From(Cases), sample =>
    {
        var fitted = CatchUpBudget.Fit(sample.Draft(), sample.Tokens);

        var characters = JsonSerializer.Serialize(fitted, WireJson.Lenient.AgentCatchUp).Length;
        Assert.True(characters <= sample.Tokens * TokenBudget.CharactersPerToken, $"{characters} characters for {sample.Tokens} tokens");
        Assert.Equal((characters + 3) / 4, fitted.Tokens);
        var left = fitted.LeftOut ?? new CatchUpLeftOut();
        Assert.Equal(sample.Texts.Length, fitted.Tasks.Count + left.Tasks);
        Assert.Equal(sample.Texts.Length, fitted.Requests.Count + left.Requests);
        Assert.Equal(sample.Texts.Length, fitted.Reservations.Count + left.Reservations);
        Assert.Equal(sample.Texts.Length, fitted.Threads.Count + left.Threads);
        Assert.Equal(sample.Texts.Length + 3, fitted.Inbox.Newest.Count + left.Inbox);
        foreach (var (task, text) in fitted.Tasks.Zip(sample.Texts))
        {
            Assert.Equal(task.Description == text ? null : text.Length, task.Shortened);
            Assert.StartsWith((task.Description ?? "").TrimEnd('…'), text, StringComparison.Ordinal);
        }
    });

    [Fact]
    public void Texts_are_shortened_before_anything_is_left_out()
    {
        var texts = Enumerable.Repeat(string.Join(' ', Enumerable.Repeat("word", 100)), 4).ToArray();
        var all = new Sample(texts, "Ada", 2_000);

        var fitted = CatchUpBudget.Fit(all.Draft(), 2_000);

        Assert.Null(fitted.LeftOut?.Threads is > 0 ? fitted.LeftOut : null);
        Assert.Equal((4, 4, 4, 4), (fitted.Tasks.Count, fitted.Requests.Count, fitted.Reservations.Count, fitted.Threads.Count));
        Assert.Contains(fitted.Threads, thread => thread.Shortened is not null);
        Assert.All(fitted.Tasks, task => Assert.True(task.Description?.Length > 100));
        // With room for all, nothing is shortened.
        Assert.All(CatchUpBudget.Fit(all.Draft(), 20_000).Threads, thread => Assert.Null(thread.Shortened));
    }

    [Fact]
    public void The_least_budget_is_enough_for_the_longest_identity()
    {
        // Each of these characters takes six in JSON.
        var worst = new string('\u2028', 200);
        var sample = new Sample([.. Enumerable.Repeat(worst, 100)], worst, CatchUpBudget.LeastTokens);

        var fitted = CatchUpBudget.Fit(sample.Draft(), sample.Tokens);

        Assert.InRange(JsonSerializer.Serialize(fitted, WireJson.Lenient.AgentCatchUp).Length, 1, sample.Tokens * TokenBudget.CharactersPerToken);
        Assert.Equal((new string('a', 255), true, 100), (fitted.Agent.AgentId, fitted.Agent.Shortened, fitted.LeftOut!.Tasks + fitted.Tasks.Count));
    }

    private static Gen<Sample> Cases =>
        from count in Gen.Choose(0, 40)
        from texts in Gen.Elements('a', ' ', '"', '\n', 'é', '\u0001', '語').ArrayOf().Select(letters => new string(letters)).ArrayOf(count)
        from repeated in Gen.Choose(1, 40)
        from emoji in Gen.Elements("", "🙂")
        from name in Gen.Choose(1, 120)
        from tokens in Gen.Choose(CatchUpBudget.LeastTokens, 6_000)
        select new Sample([.. texts.Select(text => string.Concat(Enumerable.Repeat(text + emoji, repeated)))], new string('n', name), tokens);

    /// <param name="Texts">The texts of the items of each list.</param>
    private sealed record Sample(string[] Texts, string Name, int Tokens)
    {
        internal CatchUpDraft Draft()
        {
            string? Said(string text) => text.Length == 0 ? null : text;
            return new CatchUpDraft
            {
                Agent = new CatchUpAgent
                {
                    AgentId = new string('a', 255),
                    ProjectId = new string('p', 64),
                    Name = Name,
                    Type = Name,
                    Role = Name,
                    Specialization = Name,
                    Squads = [.. Texts.Select((_, n) => $"squad-{n}")],
                    Capabilities = [.. Texts.Select((_, n) => $"capability-{n}")],
                    Pauses = [.. Texts.Select((_, n) => new CatchUpPause { Of = PausedThing.Squad, SquadId = $"squad-{n}", Reason = Name })],
                    Activity = AgentActivity.BlockedOnHuman,
                },
                Tasks = CatchUpParts.Of(
                    [.. Texts.Select(text => new CatchUpTask { TaskId = Id, Title = Name, Description = text, LeaseUntil = Time })], Texts.Length,
                    task => task.Description, (task, text, whole) => task with { Description = text, Shortened = whole }),
                Steps = CatchUpParts.Of<CatchUpStep>([], 0, step => step.Action, (step, text, whole) => step with { Action = text, Shortened = whole }),
                Questions = CatchUpParts.Of<CatchUpQuestion>([], 0, one => one.Content, (one, text, whole) => one with { Content = text, Shortened = whole }),
                Requests = CatchUpParts.Of(
                    [.. Texts.Select(text => new CatchUpRequest { MessageId = Id, From = "pm-1", MessageType = "text", Content = Said(text), ConversationThreadId = Id, Timestamp = Time })],
                    Texts.Length, one => one.Content, (one, text, whole) => one with { Content = text, Shortened = whole }),
                Reservations = CatchUpParts.Of([.. Texts.Select(text => new CatchUpReservation { ReservationId = Id, Paths = [text, "b", "c/**"] })], Texts.Length),
                Inbox = new CatchUpInbox { Waiting = 100_000, Normal = 100_000, Leased = 100_000, Dead = 100_000 },
                Newest = CatchUpParts.Of(
                    [.. Texts.Select(text => new CatchUpMessage { MessageId = Id, From = "pm-1", MessageType = "text", Content = Said(text), Timestamp = Time })], Texts.Length + 3,
                    one => one.Content, (one, text, whole) => one with { Content = text, Shortened = whole }),
                Threads = CatchUpParts.Of(
                    [.. Texts.Select(text => new CatchUpThread { ConversationThreadId = Id, LastMessageId = Id, LastAt = Time, Digest = Said(text) })], Texts.Length,
                    one => one.Digest, (one, text, whole) => one with { Digest = text, Shortened = whole }),
            };
        }
    }
}
