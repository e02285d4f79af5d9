using Parley.EndToEnd.Tests.Cli;
using Parley.Client;
using Xunit;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>Runs the blocks of one page in their order, each as its language and its marks say.</summary>
internal sealed class PageRun(Reader reader, DotnetPrograms programs)
{
    private string? _printed;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async Task RunAsync(MarkdownPage page)
    {
        foreach (var block in page.Blocks.Where(block => block.NotRun is null))
        {
            var text = reader.Mine(block.Text);
            try
            {
                await RunAsync(block, text);
            }
            catch (Exception problem) when (problem is not OperationCanceledException)
            {
                Assert.Fail($"{block.Place}: {problem.Message}\nThe block:\n{text}");
            }
        }

        if (reader.FailedTerminal() is { } screen)
            Assert.Fail($"{page.Path}: a terminal's command failed:\n{screen}");
    }

    private Task RunAsync(Block block, string text)
    {
        if (block.Marks.TryGetValue("file", out var name))
            return SaveAsync(block, name, text);
        return block.Language switch
        {
            "sh" => TypeAsync(block, text),
            "python" => TypeAsync(block, $"python3 {Quoted(reader.Save($"block-{block.Place[(block.Place.LastIndexOf(':') + 1)..]}.py", text))}\n"),
            "js" => TypeAsync(block, $"node {Quoted(reader.Save($"block-{block.Place[(block.Place.LastIndexOf(':') + 1)..]}.mjs", text))}\n"),
            "sql" => QueryAsync(block, text),
            "csharp" => ExecuteAsync(block),
            "text" => CompareAsync(block, text, Shown.IsOutput),
            "json" when block.Has("frame") => Frames.SendAsync(reader, text),
            "json" when block.Has("settings") => StartWithAsync(text),
            "json" => CompareAsync(block, text, Shown.IsJson),
            var language => throw new InvalidOperationException($"nobody knows how to run '{language}': use a language that the tests run, or mark it 'not-run: REASON'."),
        };
    }

    private Task SaveAsync(Block block, string name, string text)
    {
        Assert.True(block.Marks.Count == 1, "A file is only saved.");
        reader.Save(name, text);
        return Task.CompletedTask;
    }

    private async Task TypeAsync(Block block, string text)
    {
        if (block.Has("stays"))
        {
            _printed = null;
            await reader.StayAsync(text);
            return;
        }

        var typed = await reader.TypeAsync(text);
        _printed = typed.Output;
        var said = $"\nIt printed:\n{typed.Output}\n{typed.Error}";
        if (block.Marks.TryGetValue("exit", out var expected))
            Assert.True($"{typed.ExitCode}" == expected, $"ended with {typed.ExitCode}, not with {expected}.{said}");
        else
            Assert.True(typed is { ExitCode: 0, Failed: "" }, $"ended with {typed.ExitCode}: {typed.Failed}{said}");

        // A block may show a refusal, and then says which; everything else has to be answered well.
        var answers = typed.Error.Split('\n').Where(line => line.StartsWith("[http ", StringComparison.Ordinal)).Select(line => line[6..^1]).ToList();
        if (block.Marks.TryGetValue("http", out var status))
            Assert.Contains(status, answers);
        else
            Assert.True(answers.All(answer => answer[0] is '2' or '0'), $"the server refused: {string.Join(", ", answers)}{said}");
    }

    private async Task QueryAsync(Block block, string sql)
    {
        // Without a word for one of the two shells, it is meant for both.
        await TypeAsync(block, block.Has("psql")
            ? $"psql -q -v ON_ERROR_STOP=1 \"${{DATABASE_URL:-dbname=postgres}}\" <<'QUERY'\n{sql}QUERY\n"
            : $"sqlite3 -bail -readonly ~/.local/share/parley/parley.db <<'QUERY'\n{sql}QUERY\n");
    }

    private async Task ExecuteAsync(Block block)
    {
        var command = await programs.CommandAsync(block);
        await TypeAsync(block, $"{command}\n");
    }

    private async Task CompareAsync(Block block, string expected, Func<string, string, bool> isSame)
    {
        if (block.Marks.TryGetValue("opens", out var address))
        {
            await Browser.SeeAsync(reader.Mine(address), expected, Cancel);
            return;
        }

        if (block.Has("of") || _printed is null)
        {
            await reader.SeeAsync(expected, block.Marks.GetValueOrDefault("of", ""));
            return;
        }

        Assert.True(isSame(expected, _printed), $"The command printed:\n{_printed}");
    }

    /// <summary>A server starts with these as its file of settings.</summary>
    private async Task StartWithAsync(string settings)
    {
        reader.Save("parley.json", settings);
        var folder = $"{Path.Combine(reader.DataFolder, "..", "second")}";
        await reader.StayAsync($"parley serve --config parley.json --port 0 --data {Quoted(folder)}\n");
        await using var api = ParleyApi.Open(new ParleyOptions { DataFolder = folder });
        Assert.NotEmpty((await api.HealthAsync(Cancel)).Version);
    }

    private static string Quoted(string path) => $"'{path}'";
}
