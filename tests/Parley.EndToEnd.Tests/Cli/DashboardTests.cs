using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>The links that sign a browser in.</summary>
public sealed class DashboardTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_command_prints_a_link_that_signs_in_once()
    {
        var run = await server.RunAsync("dashboard");

        var link = Assert.Single(run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith($"{server.Url}/sign-in#parley_ticket_", link, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, "admin"), await SignInAsync(server.Url, link));
        Assert.Equal((HttpStatusCode.Unauthorized, null), await SignInAsync(server.Url, link));
    }

    [Fact]
    public async Task The_link_has_the_rights_of_the_token_that_is_used()
    {
        var observer = (await server.RunAsync("token", "create", "--kind", "observer")).Output.Trim();
        var run = await server.RunAsync("dashboard", "--json", "--token", observer);

        using var json = JsonDocument.Parse(run.Output);
        Assert.True(json.RootElement.GetProperty("expires_at").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
        Assert.Equal((HttpStatusCode.OK, "observer"), await SignInAsync(server.Url, json.RootElement.GetProperty("url").GetString()!));
    }

    [Fact]
    public async Task An_agent_is_refused()
    {
        await server.RunAsync("register", "ada-of-the-link");
        var token = (await server.RunAsync("token", "create", "--kind", "agent", "--agent", "ada-of-the-link")).Output.Trim();

        var run = await server.RunAsync("dashboard", "--token", token);

        Assert.Equal(5, run.ExitCode);
        Assert.Contains("'agent' may not do this", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_starts_the_browser_with_the_link()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Other systems have another command that opens a browser.");
        var folder = Directory.CreateTempSubdirectory("parley-open-").FullName;
        try
        {
            var opened = Path.Combine(folder, "opened");
            var browser = Path.Combine(folder, "xdg-open");
            // Renamed, so that nobody reads half of it.
            await File.WriteAllTextAsync(browser, $"#!/bin/sh\nprintf %s \"$1\" > '{opened}.new' && mv '{opened}.new' '{opened}'\n", Cancel);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(browser, UnixFileMode.UserRead | UnixFileMode.UserExecute);

            var run = await server.RunAsync(new Dictionary<string, string> { ["PATH"] = $"{folder}:{Environment.GetEnvironmentVariable("PATH")}" }, "dashboard", "--open");

            Assert.Equal(0, run.ExitCode);
            for (var patience = Stopwatch.StartNew(); !File.Exists(opened) && patience.Elapsed < TimeSpan.FromMinutes(1);)
                await Task.Yield();
            Assert.Equal(run.Output.Trim(), await File.ReadAllTextAsync(opened, Cancel));

            var none = await server.RunAsync(new Dictionary<string, string> { ["PATH"] = folder + "/nothing" }, "dashboard", "--open");
            Assert.Equal(1, none.ExitCode);
            Assert.Contains("Open the link yourself", none.Error, StringComparison.Ordinal);
            Assert.StartsWith(server.Url, none.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_prints_a_link_when_it_starts(bool json)
    {
        var data = Directory.CreateTempSubdirectory("parley-link-").FullName;
        using var serving = Process.Start(Binary.Command(
            new Dictionary<string, string>(), ["serve", "--port", "0", "--data", data, "--log-level", "error", .. json ? ["--json"] : Array.Empty<string>()]))!;
        try
        {
            var line = "";
            while (!line.Contains("/sign-in#", StringComparison.Ordinal))
                line = await serving.StandardOutput.ReadLineAsync(Cancel) ?? throw new InvalidOperationException("The server prints no link.");
            var link = json ? JsonDocument.Parse(line).RootElement.GetProperty("sign_in_url").GetString()! : line.Trim().Split(' ')[^1];

            Assert.Equal((HttpStatusCode.OK, "admin"), await SignInAsync(new Uri(link).GetLeftPart(UriPartial.Authority), link));
        }
        finally
        {
            serving.Kill();
            await serving.WaitForExitAsync(Cancel);
            Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<(HttpStatusCode Status, string? Kind)> SignInAsync(string url, string link)
    {
        using var client = new HttpClient();
        using var answer = await client.PostAsJsonAsync($"{url}/api/v1/session", new Dictionary<string, string> { ["ticket"] = link.Split('#')[1] }, Cancel);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        return (answer.StatusCode, answer.IsSuccessStatusCode ? body.GetProperty("kind").GetString() : null);
    }
}
