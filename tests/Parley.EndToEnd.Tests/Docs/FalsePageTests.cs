using Xunit;
using Xunit.Sdk;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>A page that says what is not so does not pass.</summary>
public sealed class FalsePageTests(DotnetPrograms programs) : IClassFixture<DotnetPrograms>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-page-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("```sh\nparley send nobody Hello\ntrue\n```", "parley send nobody")]
    [InlineData("```sh\ncurl http://127.0.0.1:8080/api/v1/agents\n```", "refused: 401")]
    [InlineData("```sh http=404\ncurl http://127.0.0.1:8080/api/v1/agents\n```", "404")]
    [InlineData("```sh exit=3\ntrue\n```", "not with 3")]
    [InlineData("```sh\necho one; echo two\n```\n\n```text\none\n```", "printed")]
    [InlineData("```sh\necho '{\"a\": 1}'\n```\n\n```json\n{\"a\": 2}\n```", "printed")]
    [InlineData("```sh stays\nparley watch --execution nothing\n```\n\n```text\n[ended 3]\n```", "ended")]
    [InlineData("```python\nraise SystemExit(7)\n```", "ended with 7")]
    [InlineData("```js\nprocess.exit(7)\n```", "ended with 7")]
    [InlineData("```sql\nSELECT nothing FROM nowhere;\n```", "nowhere")]
    [InlineData("```json frame\n{\"event\": \"message:send\", \"id\": \"1\", \"data\": {}}\n```", "")]
    [InlineData("```fortran\nPRINT *, 'Hello'\n```", "fortran")]
    [InlineData("```\nparley agents\n```", "not-run")]
    public async Task It_fails_by_its_block(string page, string reason)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pages' commands are for bash.");
        await using var reader = await Reader.SitDownAsync("systemctl start parley\n", postgres: null);

        var failed = await Assert.ThrowsAnyAsync<XunitException>(async () => await new PageRun(reader, programs).RunAsync(await ReadAsync(page)));

        Assert.Contains("false.md:", failed.Message, StringComparison.Ordinal);
        Assert.Contains(reason, failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("```sh not-run:\ntrue\n```")]
    [InlineData("```sh stay\ntrue\n```")]
    [InlineData("```sh\ntrue\n")]
    public async Task Unknown_options_missing_reasons_and_unclosed_blocks_are_refused(string page) =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(page));

    private async Task<MarkdownPage> ReadAsync(string page)
    {
        var path = Path.Combine(_folder, "false.md");
        await File.WriteAllTextAsync(path, $"# A page\n\n{page}\n", Cancel);
        return MarkdownPage.Read(path);
    }
}
