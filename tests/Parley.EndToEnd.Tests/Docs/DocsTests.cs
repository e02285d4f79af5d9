using Xunit;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>Every page of the tree does what it says: its blocks are run in their order, by a reader who has nothing but a server.</summary>
public sealed class DocsTests(DotnetPrograms programs, PagePostgres postgres) : IClassFixture<DotnetPrograms>, IClassFixture<PagePostgres>
{
    private static readonly string[] Runnable = ["sh", "python", "js", "sql", "csharp", "json", "text"];

    /// <summary>Pages on which starting the server is a part of what they show.</summary>
    private static readonly string[] StartTheirServer = ["README.md", "docs/two-agents.md", "docs/install.md", "docs/clients/javascript.md", "docs/concepts/webhooks.md", "docs/concepts/summaries.md", "docs/operations/running.md", "docs/operations/postgresql.md"];

    /// <summary>What pages call that take a server on PostgreSQL for given.</summary>
    private const string AskPostgres = "psql \"$DATABASE_URL\"";

    public static TheoryData<string> Pages => [.. MarkdownPage.All().Where(path => MarkdownPage.Read(path).Blocks.Any(block => block.NotRun is null))];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task A_page_does_what_it_says(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pages' commands are for bash.");
        var page = MarkdownPage.Read(path);
        bool Says(string text) => page.Blocks.Any(block => block.NotRun is null && block.Text.Contains(text, StringComparison.Ordinal));
        var start = Says("/var/lib/parley") ? "export UNIT_DATA=/var/lib/parley\nsystemctl start parley\n" : "systemctl start parley\n";
        await using var reader = await Reader.SitDownAsync(
            StartTheirServer.Contains(path, StringComparer.Ordinal) ? null : start,
            Says("postgres://") || Says(AskPostgres) ? await postgres.PortAsync(isMade: !Says("CREATE DATABASE")) : null);
        if (Says(AskPostgres))
            await reader.StartOnPostgresAsync();

        await new PageRun(reader, programs).RunAsync(page);
    }

    /// <summary>Its pieces work together on either store.</summary>
    [Theory]
    [InlineData("docs/tutorial.md")]
    public async Task A_page_does_what_it_says_on_PostgreSQL_too(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The pages' commands are for bash.");
        var port = await postgres.PortAsync(isMade: true);
        await using var reader = await Reader.SitDownAsync($"export DATABASE_URL='postgres://parley:PASSWORD@127.0.0.1:{port}/parley'\nsystemctl start parley\n", port);

        await new PageRun(reader, programs).RunAsync(MarkdownPage.Read(path));
    }

    [Fact]
    public void A_block_that_is_not_run_says_why_and_is_on_this_list()
    {
        var blocks = MarkdownPage.All().SelectMany(path => MarkdownPage.Read(path).Blocks).ToList();

        Assert.DoesNotContain(blocks, block => block.NotRun is null && !block.Has("file") && !Runnable.Contains(block.Language, StringComparer.Ordinal));
        Assert.Equal(NotRun.Blocks, blocks.Where(block => block.NotRun is not null).Select(block => block.Name));
    }

    [Fact]
    public void The_repositorys_readme_begins_in_NET_as_the_packages_does() =>
        Assert.Equal(FirstOf("src/Parley.Client/README.md"), FirstOf("README.md"));

    private static string FirstOf(string path) => MarkdownPage.Read(path).Blocks.First(block => block.Language == "csharp").Text;
}
