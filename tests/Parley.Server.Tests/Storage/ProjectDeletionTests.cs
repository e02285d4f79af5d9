using Parley.Protocol;
using Parley.Server.Projects;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>A project's deletion is one step for everybody who looks, and many for the disk.</summary>
public sealed class ProjectDeletionTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deletion_that_was_cut_short_is_finished()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var projects = store.Service<IProjectStore>();
        var doomed = await projects.AddAsync("doomed", "Doomed", new ProjectSettings(), Cancel);
        // As a kill leaves it: out of everybody's sight, its rows still there.
        await store.Writer.WriteAsync(
            connection => connection.Prepare("UPDATE projects SET project_id = number || '/deleted/' || project_id WHERE number = ?1").Bind(1, doomed!.Number).Run(), Cancel);
        await store.ReopenAsync();
        projects = store.Service<IProjectStore>();
        Assert.DoesNotContain(await projects.LoadAsync(Cancel), project => project.Number == doomed!.Number);

        Assert.Equal(1, await projects.FinishDeletionsAsync(Cancel));

        Assert.Equal(0, await projects.FinishDeletionsAsync(Cancel));
        Assert.NotNull(await projects.AddAsync("doomed", "Doomed again", new ProjectSettings(), Cancel));
    }
}
