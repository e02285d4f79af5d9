using System.Net;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.ApiDocs;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Rest;

public sealed class ProblemTests
{
    [Fact]
    public void Every_error_code_has_its_meaning()
    {
        var codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetValue(null)!);

        Assert.Equal(codes.Order(), ErrorCatalog.All.Select(meaning => meaning.Code).Order());
    }

    [Theory]
    [InlineData("is missing", "to: is missing.")]
    [InlineData("is not a field here; did you mean 'to'?", "to: is not a field here; did you mean 'to'?")]
    public void A_detail_ends_with_one_mark(string reason, string detail)
    {
        Assert.Equal(detail, Problems.InvalidField("to", reason).Detail);
        Assert.Equal($"{detail.TrimEnd('.')} (and 1 more).", Problems.Invalid(new Dictionary<string, IReadOnlyList<string>> { ["to"] = [reason, "x"] }).Detail);
    }

    [Theory]
    [InlineData("agent", "An agent 'ada' already exists.")]
    [InlineData("squad", "A squad 'ada' already exists.")]
    public void The_error_for_an_existing_item_has_the_right_article(string what, string detail) => Assert.Equal(detail, Problems.AlreadyExists(what, "ada").Detail);

    [Fact]
    public async Task A_problem_follows_RFC_9457()
    {
        await using var host = await StartAsync(() => Problems.RateLimited(TimeSpan.FromSeconds(2.4)));

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin);

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.Equal(("3", "no-store"), (answer.Header("Retry-After"), answer.Header("Cache-Control")));
        var problem = answer.Problem;
        Assert.Equal(
            ("/docs/errors#rate_limited", 429, "rate_limited", true, 2.4),
            (problem.Type, problem.Status, problem.Code, problem.Retryable, problem.RetryAfter));
        Assert.False(string.IsNullOrEmpty(problem.Title));
        Assert.False(string.IsNullOrEmpty(problem.Detail));
    }

    [Fact]
    public async Task Retryable_problems_always_say_when_to_retry()
    {
        await using var host = await StartAsync(() => Problems.MailboxFull("be-1", 10));

        Assert.Equal("1", (await host.GetAsync("/api/v1/it", TokenKind.Admin)).Header("Retry-After"));
    }

    [Fact]
    public async Task An_unexpected_fault_is_500_without_its_details_and_logged_with_them()
    {
        await using var host = await StartAsync(() => throw new InvalidDataException("the secret of the database"));

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin);

        Assert.Equal((HttpStatusCode.InternalServerError, ErrorCodes.InternalError), (answer.Status, answer.Problem.Code));
        Assert.DoesNotContain("secret", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", answer.Text, StringComparison.Ordinal);
        Assert.Contains(host.Logged, line => line.Contains("the secret of the database", StringComparison.Ordinal) && line.Contains("/api/v1/it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unavailable_store_is_503_with_Retry_After()
    {
        await using var host = await StartAsync(() => throw new StorageUnavailableException("disk full") { RetryAfter = TimeSpan.FromSeconds(7) });

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "7"), (answer.Status, answer.Header("Retry-After")));
        Assert.Equal((ErrorCodes.StorageUnavailable, true), (answer.Problem.Code, answer.Problem.Retryable));
    }

    [Fact]
    public async Task A_page_from_an_allowed_origin_can_read_errors_too()
    {
        await using var host = await EdgeHost.StartAsync(
            api => api.MapGet("/it", string (HttpContext context) =>
            {
                context.Response.Headers.ETag = "\"1\"";
                throw new InvalidDataException();
            }).Allow(Permission.ReadAdministration),
            settings => settings with { CorsOrigins = ["https://pages.example.org"] });

        var answer = await host.GetAsync("/api/v1/it", TokenKind.Admin, ("Origin", "https://pages.example.org"));

        Assert.Equal((HttpStatusCode.InternalServerError, "https://pages.example.org"), (answer.Status, answer.Header("Access-Control-Allow-Origin")));
        Assert.Null(answer.Header("ETag"));
    }

    [Theory]
    [InlineData(true, true, 0)]
    [InlineData(true, false, 0)]
    [InlineData(false, true, 1)]
    [InlineData(false, false, 1)]
    public async Task A_client_that_disconnects_is_not_a_server_fault(bool isGone, bool isCancelled, int logged)
    {
        Exception fault = isCancelled ? new OperationCanceledException() : new IOException("reset by peer");
        var logger = new CountingLogger();
        var context = new DefaultHttpContext { RequestAborted = new CancellationToken(isGone) };

        await new ProblemResponses(_ => Task.FromException(fault), logger).InvokeAsync(context);

        Assert.Equal((logged, logged == 0 ? 200 : 500), (logger.Count, context.Response.StatusCode));
    }

    [Theory]
    [InlineData("GET", "/nowhere", HttpStatusCode.NotFound, ErrorCodes.NotFound)]
    [InlineData("GET", "/api/v1/nowhere", HttpStatusCode.NotFound, ErrorCodes.NotFound)]
    [InlineData("DELETE", "/api/v1/it", HttpStatusCode.MethodNotAllowed, ErrorCodes.MethodNotAllowed)]
    public async Task An_unknown_path_or_method_is_a_problem_too(string method, string path, HttpStatusCode status, string code)
    {
        await using var host = await StartAsync(() => Results.Ok());

        var answer = await host.SendAsync(new HttpMethod(method), path);

        Assert.Equal((status, code), (answer.Status, answer.Problem.Code));
    }

    [Fact]
    public async Task An_unknown_method_is_answered_with_the_allowed_ones()
    {
        await using var host = await StartAsync(() => Results.Ok());

        Assert.Equal("GET, HEAD", (await host.SendAsync(HttpMethod.Delete, "/api/v1/it")).Header("Allow"));
    }

    [Fact]
    public async Task An_endpoints_own_404_keeps_its_body()
    {
        await using var host = await StartAsync(() => Problems.NotFound("message", "x"));

        Assert.Equal("There is no message 'x'.", (await host.GetAsync("/api/v1/it", TokenKind.Admin)).Problem.Detail);
    }

    [Fact]
    public async Task The_type_of_every_problem_links_to_its_paragraph()
    {
        await using var host = await EdgeHost.StartAsync(mapOutside: routes => routes.MapErrorReference());

        var page = await host.GetAsync(ErrorCatalog.PagePath);

        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.All(ErrorCatalog.All, meaning => Assert.Contains($"id=\"{meaning.Code}\"", page.Text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_unversioned_path_is_the_same_endpoint()
    {
        await using var host = await StartAsync(() => Results.Ok("here"));

        Assert.Equal("\"here\"", (await host.GetAsync("/api/it", TokenKind.Admin)).Text);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/apiary/it", TokenKind.Admin)).Status);
    }

    [Fact]
    public async Task No_answer_reveals_the_web_server()
    {
        await using var host = await StartAsync(() => Results.Ok());

        Assert.Null((await host.GetAsync("/api/v1/it", TokenKind.Admin)).Header("Server"));
    }

    private static Task<EdgeHost> StartAsync(Func<IResult> answer) =>
        EdgeHost.StartAsync(api => api.MapGet("/it", answer).Allow(Permission.ReadAdministration));

    private sealed class CountingLogger : ILogger<ProblemResponses>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count++;
    }
}
