using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Parley.Protocol;
using Parley.Server.Monitoring;
using Parley.Server.Security;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

/// <summary>What a person sees who opens the address that the server prints.</summary>
public sealed partial class HomePageTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Browser)]
    [InlineData("*/*")]
    [InlineData(null)]
    public async Task It_says_what_runs_here_and_every_link_works(string? accept)
    {
        using var response = await AskAsync(HttpMethod.Get, accept);
        var page = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal((HttpStatusCode.OK, "text/html; charset=utf-8"), (response.StatusCode, response.Content.Headers.ContentType?.ToString()));
        Assert.Contains($"version {ServerVersion.Text}", page, StringComparison.Ordinal);
        Assert.Contains("<code>parley watch</code>", page, StringComparison.Ordinal);
        var links = Links().Matches(page).Select(match => match.Groups["to"].Value).ToArray();
        Assert.Equal(["docs", "docs/errors", "health"], links);
        foreach (var link in links)
            Assert.NotEmpty(await server.Client.GetStringAsync(new Uri(link, UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task It_needs_nothing_from_elsewhere_and_its_policy_enforces_that()
    {
        using var response = await AskAsync(HttpMethod.Get, Browser);
        var page = await response.Content.ReadAsStringAsync(Cancel);

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("style=\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        var style = page[(page.IndexOf("<style>", StringComparison.Ordinal) + "<style>".Length)..page.IndexOf("</style>", StringComparison.Ordinal)];
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains($"style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_reveals_no_more_than_health_does()
    {
        using var plain = await AskAsync(HttpMethod.Get, Browser);
        using var withToken = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Authorization", "Bearer not-a-token" }, { "Accept", Browser } } };
        using var answer = await server.Client.SendAsync(withToken, Cancel);

        Assert.Equal(await plain.Content.ReadAsStringAsync(Cancel), await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Null(server.Endpoints.Single(endpoint => endpoint.RoutePattern.RawText == "/").Metadata.OfType<RequiredPermission>().Single().Permission);
    }

    [Fact]
    public async Task HEAD_gets_only_the_headers()
    {
        using var whole = await AskAsync(HttpMethod.Get, Browser);
        using var head = await AskAsync(HttpMethod.Head, Browser);

        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        Assert.Equal(whole.Content.Headers.ContentLength, head.Content.Headers.ContentLength);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json, text/plain, */*")]
    [InlineData("application/problem+json")]
    [InlineData("text/html;q=0.5, application/json")]
    public async Task A_program_that_asks_for_JSON_gets_404(string accept)
    {
        using var response = await AskAsync(HttpMethod.Get, accept);

        Assert.Equal((HttpStatusCode.NotFound, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        var problem = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(Cancel), WireJson.Lenient.Problem)!;
        Assert.Equal((ErrorCodes.NotFound, "There is nothing at '/'."), (problem.Code, problem.Detail));
        Assert.Contains("Accept", response.Headers.Vary);
    }

    [Fact]
    public async Task Under_an_unknown_host_name_nothing_is_shown()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { Host = "evil.example" } };
        using var response = await server.Client.SendAsync(request, Cancel);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string? accept)
    {
        using var request = new HttpRequestMessage(method, "/");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await server.Client.SendAsync(request, Cancel);
    }

    [GeneratedRegex("<a href=\"(?<to>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Links();
}
