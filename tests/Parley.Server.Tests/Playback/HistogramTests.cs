using System.Net;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Xunit;

namespace Parley.Server.Tests.Playback;

public abstract class HistogramTests(StorageUnderTest storage)
{
    private const string Api = "/api/v1/log/histogram";

    [Fact]
    public async Task Messages_questions_and_failures_are_counted_over_time()
    {
        await using var host = await ConceptHost.StartAsync(storage);
        var (operators, ada, run) = await FillAsync(host);

        var project = await GetAsync(host, operators, "?bucket=1m");
        var execution = await GetAsync(host, operators, $"?bucket=10s&execution={run}");
        var agents = await GetAsync(host, ada, $"?bucket=10s&execution={run}");
        var log = await LogTests.ReadAsync(host, operators, "");

        Assert.Equal((2, 1), (project.Items.Sum(item => item.Failures), project.Items.Sum(item => item.Questions)));
        Assert.Equal(log.Count(entry => entry.Kind == "messages"), project.Items.Sum(item => item.Messages));
        Assert.Equal((1, 1, (string?)null), (execution.Items.Sum(item => item.Failures), execution.Items.Sum(item => item.Questions), execution.Next));
        Assert.Equal(log.Count(entry => entry.Kind == "messages" && entry.Item.GetProperty("execution_id").GetString() == run), execution.Items.Sum(item => item.Messages));
        // The message that asks a person is not ada's.
        Assert.InRange(agents.Items.Sum(item => item.Messages), 1, execution.Items.Sum(item => item.Messages));
        var asked = log.Single(entry => entry.EventType == "question_asked").At;
        Assert.Equal(1, project.Items.Last(item => item.At <= asked).Questions);
        Assert.Equal(1, execution.Items.Last(item => item.At <= asked).Questions);
        Assert.All(execution.Items.Zip(execution.Items.Skip(1)), pair => Assert.Equal(TimeSpan.FromSeconds(10), pair.Second.At - pair.First.At));
    }

    [Theory]
    [InlineData("?bucket=7m", "bucket")]
    [InlineData("?bucket=10s", "bucket")]
    [InlineData("?after=1", "after")]
    [InlineData("?execution=x", "execution")]
    [InlineData("?bucket=1m&since=2020-01-01T00:00:00Z", "bucket")]
    [InlineData("?since=2027-01-01T00:00:00Z&until=2026-01-01T00:00:00Z", "since")]
    public async Task What_cannot_be_counted_is_refused_by_name(string query, string field)
    {
        await using var host = await ConceptHost.StartAsync(storage);

        var answer = await host.SendAsync(HttpMethod.Get, Api + query, await host.TokenAsync(TokenKind.Observer));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains($"\"{field}\"", answer.Text, StringComparison.Ordinal);
    }

    private static async Task<(string Operator, string Ada, string Run)> FillAsync(ConceptHost host)
    {
        var operators = await host.TokenAsync(TokenKind.Operator);
        var (ada, bob) = (await host.RegisterAsync("ada"), await host.RegisterAsync("bob"));
        var run = (await LogTests.PostAsync(host, operators, "/executions", """{"title": "A run"}""")).GetProperty("execution_id").GetString()!;
        await LogTests.PostAsync(host, ada, "/messages", $$"""{"to": "bob", "content": "1", "execution_id": "{{run}}"}""");
        await LogTests.PostAsync(host, ada, "/messages", """{"to": "bob", "content": "2"}""");
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        await LogTests.PostAsync(host, ada, "/questions", $$"""{"content": "Which one?", "execution_id": "{{run}}"}""");
        host.Clock.Advance(TimeSpan.FromMinutes(3));
        var task = (await LogTests.PostAsync(host, operators, "/tasks", """{"title": "Build it"}""")).GetProperty("task_id").GetString();
        await LogTests.PostAsync(host, operators, $"/tasks/{task}/assign", """{"agent_id": "bob"}""");
        await LogTests.PostAsync(host, operators, $"/tasks/{task}/fail", """{"error": "It does not compile."}""");
        await LogTests.PostAsync(
            host, await host.TokenAsync(TokenKind.Admin), "/projects/default", """{"settings": {"max_attempts": 1, "retry_delay_seconds": 0}}""", HttpMethod.Put);
        var taken = (await LogTests.PostAsync(host, bob, "/agents/bob/claim", """{"max": 10}""")).GetProperty("items").EnumerateArray()
            .Single(item => item.GetProperty("message").GetProperty("content").GetString() == "1");
        await LogTests.PostAsync(
            host, bob, $"/messages/{taken.GetProperty("message").GetProperty("message_id").GetString()}/nack", $$"""{"lease_id": "{{taken.GetProperty("lease_id").GetString()}}"}""");
        return (operators, ada, run);
    }

    private static async Task<LogHistogram> GetAsync(ConceptHost host, string token, string query)
    {
        var answer = await host.SendAsync(HttpMethod.Get, Api + query, token);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.As(WireJson.Lenient.LogHistogram);
    }
}

public sealed class SqliteHistogramTests() : HistogramTests(new OnSqlite());

public sealed class PostgresHistogramTests(PostgresDatabases databases) : HistogramTests(new OnPostgres(databases));
