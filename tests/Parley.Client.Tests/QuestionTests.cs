using Parley.Protocol;
using Xunit;

namespace Parley.Client.Tests;

/// <summary>Questions to people, asked of a server that breaks.</summary>
public sealed class QuestionTests
{
    private const string Away = """{"code": "storage_unavailable", "status": 503, "retryable": true}""";

    private const string Open = """{"question_id": "q-1", "agent_id": "be-1", "content": "May I?", "status": "open"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_asks_once_and_waits_until_it_is_answered_whatever_happens_to_the_server()
    {
        await using var server = await FakeServer.StartAsync();
        await using var api = ParleyApi.Open(server.Options);
        foreach (var answer in new[] { (503, Away), (201, Open), (503, Away), (503, Away), (503, Away), (503, Away), (200, Open), (200, Open.Replace("open", "answered", StringComparison.Ordinal)) })
            server.Answers.Enqueue(answer);

        var asked = await api.Questions.AskAsync(new QuestionRequest { Content = "May I?" }, Cancel);
        var ended = await api.Questions.WaitAsync(asked.QuestionId, Cancel);

        Assert.Equal(QuestionStatus.Answered, ended.Status);
        var calls = server.Calls.ToList();
        Assert.Equal(["POST /api/v1/questions", "POST /api/v1/questions"], calls.Take(2).Select(call => call.Call));
        Assert.NotNull(calls[0].Key);
        Assert.Equal(calls[0].Key, calls[1].Key);
        Assert.Equal(6, calls.Count(call => call == ("GET /api/v1/questions/q-1?wait=60", null)));
        Assert.Empty(server.Answers);
    }

    [Fact]
    public async Task What_the_server_refuses_is_not_asked_again()
    {
        await using var server = await FakeServer.StartAsync();
        await using var api = ParleyApi.Open(server.Options);
        server.Answers.Enqueue((404, """{"code": "not_found", "status": 404, "detail": "There is no question 'q-2'."}"""));

        var refused = await Assert.ThrowsAsync<ParleyException>(() => api.Questions.WaitAsync("q-2", Cancel));

        Assert.Equal(ErrorCodes.NotFound, refused.Code);
    }
}
