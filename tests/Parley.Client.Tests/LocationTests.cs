using Xunit;

namespace Parley.Client.Tests;

public sealed class LocationTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-").FullName;
    private readonly Dictionary<string, string> _environment = [];

    [Fact]
    public void If_nothing_is_found_the_error_says_where_it_looked_and_what_to_do()
    {
        var error = Assert.Throws<ParleyConfigurationException>(() => Find());
        Assert.Contains("PARLEY_URL", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(_folder, "server.url"), error.Message, StringComparison.Ordinal);
        Assert.Contains("parley serve", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_server_of_this_machine_is_found_by_its_data_folder()
    {
        Write("server.url", "http://127.0.0.1:8123\n");
        Write("admin.token", "secret\n");
        Write("join.token", "join\n");
        var found = Find();
        Assert.Equal(("http://127.0.0.1:8123/", "secret", "join", false), (found.Url.ToString(), found.Token, found.JoinToken, found.TokenIsExplicit));
    }

    [Fact]
    public void Options_take_precedence_over_the_environment_and_that_over_the_folder()
    {
        Write("server.url", "http://127.0.0.1:1");
        _environment["PARLEY_URL"] = "http://127.0.0.1:2";
        _environment["PARLEY_TOKEN"] = "of the environment";
        _environment["PARLEY_PROJECT"] = "p";
        _environment["PARLEY_AGENT"] = "a";
        Assert.Equal(2, Find().Url.Port);
        var said = Find(new ParleyOptions { Url = "http://127.0.0.1:3", Token = "said", Project = "q", AgentId = "b" });
        Assert.Equal((3, "said", "q", "b"), (said.Url.Port, said.Token, said.Project, said.AgentId));
    }

    [Fact]
    public void A_token_read_from_a_file_loses_its_line_feed()
    {
        _environment["PARLEY_TOKEN"] = "of the environment\r\n";
        _environment["PARLEY_URL"] = "http://127.0.0.1:2\n";
        Assert.Equal("of the environment", Find().Token);
        Assert.Equal("said", Find(new ParleyOptions { Token = "said\n" }).Token);
    }

    [Fact]
    public void The_folders_tokens_are_not_sent_to_another_server()
    {
        Write("server.url", "http://127.0.0.1:8080");
        Write("admin.token", "secret");
        Write("join.token", "join");
        var other = Find(new ParleyOptions { Url = "http://example.org:8080" });
        Assert.Equal((null, null), (other.Token, other.JoinToken));
        Assert.Contains("PARLEY_TOKEN", Assert.Throws<ParleyConfigurationException>(other.RequireToken).Message, StringComparison.Ordinal);

        Assert.Equal("secret", Find(new ParleyOptions { Url = "http://localhost:8080" }).Token);
    }

    [Theory]
    [InlineData("127.0.0.1:8080")]
    [InlineData("ftp://host")]
    public void An_invalid_address_is_refused_and_quoted(string address) =>
        Assert.Contains(address, Assert.Throws<ParleyConfigurationException>(() => Find(new ParleyOptions { Url = address })).Message, StringComparison.Ordinal);

    [Fact]
    public void The_data_folder_follows_its_variables()
    {
        Assert.Equal("/d", UserFolders.Data(given: null, Of(("PARLEY_DATA", "/d"), ("XDG_DATA_HOME", "/x"), ("HOME", "/h"))));
        Assert.Equal("/x/parley", UserFolders.Data(given: null, Of(("XDG_DATA_HOME", "/x"), ("HOME", "/h"))));
        Assert.Equal("/h/.local/share/parley", UserFolders.Data(given: null, Of(("HOME", "/h"))));
        Assert.Equal("/h/.config/parley", UserFolders.Config(given: null, Of(("HOME", "/h"))));
    }

    [Fact]
    public void A_stored_token_is_readable_only_by_its_owner_and_there_is_one_per_server_project_and_agent()
    {
        var server = new Uri("http://127.0.0.1:8080/");
        var file = new TokenFile(_folder, server, "default", "be-1");
        Assert.Null(file.Read());
        file.Write("be-1", "secret");
        Assert.Equal(("be-1", "secret"), file.Read());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));

        string[] others =
        [
            new TokenFile(_folder, server, "default", "BE-1").Path, new TokenFile(_folder, server, "other", "be-1").Path,
            new TokenFile(_folder, new Uri("http://127.0.0.1:8081/"), "default", "be-1").Path, new TokenFile(_folder, server, "default", new string('a', 255)).Path,
        ];
        Assert.Equal(5, others.Append(file.Path).Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(others, path => Assert.True(Path.GetFileName(path).Length < 128));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static Func<string, string?> Of(params (string Name, string Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;

    private ServerLocation Find(ParleyOptions? options = null) =>
        ServerLocation.Find((options ?? new ParleyOptions()) with { DataFolder = _folder }, name => _environment.GetValueOrDefault(name));

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder, name), text);
}
