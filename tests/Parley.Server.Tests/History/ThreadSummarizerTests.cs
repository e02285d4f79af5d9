using Parley.Protocol;
using Parley.Server.History;
using Xunit;

namespace Parley.Server.Tests.History;

/// <summary>What a digest says of a conversation.</summary>
public sealed class ThreadSummarizerTests
{
    private readonly List<Message> _messages = [];

    [Fact]
    public void A_request_is_open_until_somebody_else_answers_it()
    {
        var asked = Says("pm", "be", "Please implement the login page.", intent: Intent.Request);
        Assert.Equal([asked], Open());

        Says("pm", "be", "And soon.", replyTo: asked);
        Assert.Equal([asked], Open());

        Says("be", "pm", "I will.", replyTo: asked, intent: Intent.Ack);
        Says("be", "pm", "I will!", replyTo: asked, intent: Intent.Ack);
        var open = Assert.Single(Digest().Open);
        Assert.Equal((asked, "be"), (open.MessageId, Assert.Single(open.Accepted)));

        var done = Says("be", "pm", "Done.", replyTo: asked, outcome: Outcome.Success);
        Assert.Empty(Digest().Open);
        var settled = Assert.Single(Digest().Settled);
        Assert.Equal((asked, done, Outcome.Success), (settled.MessageId, settled.Answer!.MessageId, settled.Outcome));
    }

    [Fact]
    public void The_newest_answer_counts_and_an_answer_may_ask_in_turn()
    {
        var asked = Says("pm", "be", "Which database?", type: "question");
        var back = Says("be", "pm", "For what?", replyTo: asked, intent: Intent.Request);
        Says("pm", "be", "For the shop.", replyTo: back);
        Assert.Equal([asked, back], Digest().Settled.Select(request => request.MessageId));

        Says("be", "pm", "It failed.", replyTo: asked, outcome: Outcome.Error);
        var settled = Digest().Settled;
        Assert.Equal([back, asked], settled.Select(request => request.MessageId));
        Assert.Equal(("It failed.", Outcome.Error), (settled[1].Answer!.Content, settled[1].Outcome));
    }

    [Fact]
    public void What_was_superseded_or_deleted_asks_nothing()
    {
        var first = Says("pm", "be", "Use SQLite.", intent: Intent.Request);
        var second = Says("pm", "be", "Use PostgreSQL.", intent: Intent.Request, supersedes: first);
        var third = Says("pm", "be", "Use both.", intent: Intent.Request);
        Assert.Equal([second, third], Open());

        _messages[^1] = _messages[^1] with { Deleted = true, Content = null };
        Assert.Equal([second], Open());
        Assert.Equal(second, Digest().Last!.MessageId);
    }

    [Fact]
    public void An_answer_that_only_looks_like_a_request_is_none()
    {
        var asked = Says("pm", "be", "Ready?", intent: Intent.Request);
        // A type that asks, but as a reply: an answer, not one more question.
        Says("be", "pm", "Why do you ask?", replyTo: asked, type: "question");
        Says("x", "pm", "A reply to something that the digest does not cover.", replyTo: "0199e1c2-0000-7000-8000-0000000000ff");

        Assert.Empty(Digest().Open);
        Assert.Equal([asked], Digest().Settled.Select(request => request.MessageId));
    }

    [Fact]
    public void Many_requests_keep_the_newest_and_the_text_names_every_message_it_speaks_of()
    {
        for (var i = 0; i < 60; i++)
            Says("pm", "be", $"Open {i}", intent: Intent.Request);
        for (var i = 0; i < 30; i++)
            Says("be", "pm", $"Answer {i}", replyTo: Says("pm", "be", $"Settled {i}", intent: Intent.Request));

        var digest = Digest();

        Assert.Equal(Enumerable.Range(10, 50).Select(i => $"Open {i}"), digest.Open.Select(request => request.Content));
        Assert.Equal(Enumerable.Range(10, 20).Select(i => $"Settled {i}"), digest.Settled.Select(request => request.Content));
        Assert.Equal([("pm", 90), ("be", 30)], digest.Participants.Select(one => (one.AgentId, one.Messages)));
        foreach (var request in digest.Open.Concat(digest.Settled))
            Assert.Contains($"[{request.MessageId}]", digest.Text, StringComparison.Ordinal);
        Assert.All(digest.Settled, request => Assert.Contains($"[{request.Answer!.MessageId}]", digest.Text, StringComparison.Ordinal));
        Assert.Contains("120 messages", digest.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Contents_are_shortened_to_one_line_of_200_characters()
    {
        Says("pm", "be", $"Several\n\n lines\tand {string.Concat(Enumerable.Repeat("🦊", 200))}", intent: Intent.Request);

        var content = Assert.Single(Digest().Open).Content!;

        Assert.StartsWith("Several lines and 🦊", content, StringComparison.Ordinal);
        Assert.EndsWith("🦊…", content, StringComparison.Ordinal);
        Assert.InRange(content.Length, 198, 200);
    }

    private IEnumerable<string> Open() => Digest().Open.Select(request => request.MessageId);

    private ThreadDigest Digest() => ThreadSummarizer.Summarize(
        new ThreadSummary { ConversationThreadId = "0199e1c2-0000-7000-8000-000000000001", Title = "Login", Messages = _messages.Count, LastSeq = _messages.Count }, _messages);

    private string Says(
        string from, string to, string content, string? replyTo = null, Intent intent = Intent.Inform, Outcome? outcome = null, string? supersedes = null, string type = "text")
    {
        var seq = _messages.Count + 1;
        var id = $"0199e1c2-0000-7000-8000-{seq:d12}";
        _messages.Add(new Message
        {
            MessageId = id,
            Seq = seq,
            ProjectId = "default",
            SenderId = from,
            To = [to],
            MessageType = type,
            Content = content,
            Intent = intent,
            ReplyTo = replyTo,
            Outcome = outcome,
            Supersedes = supersedes,
            ConversationThreadId = "0199e1c2-0000-7000-8000-000000000001",
            Timestamp = DateTimeOffset.UnixEpoch.AddSeconds(seq),
        });
        return id;
    }
}
