using System.Net;
using System.Text.RegularExpressions;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

public sealed partial class PagesTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    [Fact]
    public async Task The_pages_open_without_a_token_and_need_nothing_from_elsewhere()
    {
        var page = await GetAsync("/docs/index.html");

        Assert.Contains("<title>Parley</title>", page, StringComparison.Ordinal);
        var parts = Parts().Matches(page).Select(match => match.Groups["part"].Value).ToArray();
        Assert.NotEmpty(parts);
        Assert.All(parts, part => Assert.DoesNotContain("//", part, StringComparison.Ordinal));
        foreach (var part in parts)
            Assert.NotEmpty(await GetAsync($"/docs/{part}"));
        Assert.Contains("/openapi/v1.json", await GetAsync("/docs/index.js"), StringComparison.Ordinal);
        // Who tries the API reloads the page: the token that was typed in stays.
        Assert.Contains("\"persistAuthorization\":true", await GetAsync("/docs/index.js"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_about_errors_is_served_too() =>
        Assert.Contains("mailbox_full", await GetAsync("/docs/errors"), StringComparison.Ordinal);

    [Theory]
    [InlineData("/docs/index.html")]
    [InlineData("/docs/swagger-ui.css")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/asyncapi.json")]
    [InlineData("/workflow.schema.json")]
    public async Task Under_an_unknown_host_name_nothing_is_shown(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative)) { Headers = { Host = "evil.example" } };
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    private Task<string> GetAsync(string path) => server.Client.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

    [GeneratedRegex("(src|href)=\"(?<part>[^\"]+)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Parts();
}
