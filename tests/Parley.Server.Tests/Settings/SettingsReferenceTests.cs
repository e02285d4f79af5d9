using System.Text.RegularExpressions;
using Parley.Server.Settings;
using Xunit;

namespace Parley.Server.Tests.Settings;

public sealed class SettingsReferenceTests
{
    [Fact]
    public void The_reference_page_is_current()
    {
        var page = Path.Combine(RepositoryRoot(), "docs", "reference", "settings.md");
        if (Environment.GetEnvironmentVariable("UPDATE_REFERENCE") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(page)!);
            File.WriteAllText(page, SettingsReference.ToMarkdown());
        }

        Assert.True(File.Exists(page) && File.ReadAllText(page) == SettingsReference.ToMarkdown(),
            "docs/reference/settings.md is not what the table of settings says: run this test with UPDATE_REFERENCE=1 and commit the page.");
    }

    [Fact]
    public void Every_setting_is_explained_in_one_sentence_and_named_once()
    {
        Assert.All(SettingsTable.All, setting =>
        {
            Assert.Matches(new Regex("^[A-Z].*[.]$", RegexOptions.None, TimeSpan.FromMinutes(1)), setting.Meaning);
            Assert.Matches(new Regex("^[a-z_]+$", RegexOptions.None, TimeSpan.FromMinutes(1)), setting.Name);
            Assert.DoesNotContain('|', setting.Meaning);
        });
        var names = SettingsTable.All.SelectMany(setting => new[] { setting.Name, setting.Flag, setting.EnvironmentName }.Concat(setting.Aliases)).OfType<string>().ToArray();
        Assert.Equal(names.Distinct(StringComparer.Ordinal).Count(), names.Length);
    }

    [Fact]
    public void Every_default_is_a_valid_value()
    {
        foreach (var setting in SettingsTable.All.Where(setting => setting.DefaultText.Length > 0))
        {
            var result = SettingsReader.Read(new SettingsSources
            {
                Environment = new Dictionary<string, string>(StringComparer.Ordinal) { [setting.EnvironmentName] = setting.DefaultText },
                WorkingFolder = Path.GetTempPath(),
            });
            Assert.Empty(result.Errors);
        }
    }

    [Fact]
    public void A_project_may_set_exactly_what_the_wire_says() => Assert.Equal(
        typeof(Parley.Protocol.ProjectSettings).GetProperties().Select(property => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name))
            .Except(OfProjectsAlone).Order(),
        SettingsTable.All.Where(setting => setting.PerProject).Select(setting => setting.Name).Order());

    /// <summary>If the server had a key for all projects, an address of a project's own could get it.</summary>
    private static readonly string[] OfProjectsAlone = ["summary_url", "summary_model", "summary_key"];

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException("The tests run outside the repository.");
    }
}
