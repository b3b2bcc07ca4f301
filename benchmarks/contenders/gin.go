package contenders

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"github.com/mortise-go/mortise/benchmarks/workload"
)

// What W2 reads, bound by gin from each place by itself.
type (
	ginItemPath struct {
		ID int `uri:"id" binding:"required"`
	}
	ginItemQuery struct {
		Page  int    `form:"page,default=1" binding:"gte=1,lte=100"`
		Query string `form:"q"`
	}
	ginItemHeader struct {
		Tag string `header:"X-Request-Tag" binding:"required"`
	}
)

// ginRouter is gin with its binders, in release mode and without its logger.
func ginRouter() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	users := workload.NewUsers()
	g.GET("/hello", func(c *gin.Context) { c.JSON(http.StatusOK, workload.Hello()) })
	g.GET("/items/:id", ginFindItem)
	g.POST("/items", ginPlaceOrder)
	g.GET("/admin/users/:id", ginAdmit(users), ginView(users))
	for _, depth := range workload.Depths() {
		g.GET(fmt.Sprintf("/chain%d", depth), append(ginLinks(depth), func(c *gin.Context) {
			c.JSON(http.StatusOK, workload.Chained(c.GetInt("chain"), depth))
		})...)
	}
	return g
}

func ginFindItem(c *gin.Context) {
	var path ginItemPath
	var query ginItemQuery
	var header ginItemHeader
	if c.ShouldBindUri(&path) != nil || c.ShouldBindQuery(&query) != nil || c.ShouldBindHeader(&header) != nil {
		ginRefuse(c, http.StatusUnprocessableEntity)
		return
	}
	c.JSON(http.StatusOK, workload.FindItem(path.ID, query.Page, query.Query, header.Tag))
}

func ginPlaceOrder(c *gin.Context) {
	var order workload.Order
	if err := c.ShouldBindJSON(&order); err != nil {
		ginRefuse(c, http.StatusUnprocessableEntity)
		return
	}
	c.JSON(http.StatusOK, workload.PlaceOrder(&order))
}

func ginAdmit(users *workload.Users) gin.HandlerFunc {
	return func(c *gin.Context) {
		by, err := users.Admit(c.GetHeader("Authorization"))
		if err != nil {
			ginRefuse(c, workload.StatusOf(err))
			return
		}
		c.Set("user", by)
	}
}

func ginView(users *workload.Users) gin.HandlerFunc {
	return func(c *gin.Context) {
		by, _ := c.MustGet("user").(*workload.User)
		id, ok := number(c.Param("id"))
		if !ok || by == nil {
			ginRefuse(c, http.StatusUnprocessableEntity)
			return
		}
		view, err := users.View(id, by)
		if err != nil {
			ginRefuse(c, workload.StatusOf(err))
			return
		}
		c.JSON(http.StatusOK, view)
	}
}

func ginRefuse(c *gin.Context, status int) {
	c.AbortWithStatusJSON(status, gin.H{"error": http.StatusText(status)})
}

func ginLinks(depth int) gin.HandlersChain {
	links := make(gin.HandlersChain, depth)
	for i := range links {
		links[i] = func(c *gin.Context) { c.Set("chain", workload.Next(c.GetInt("chain"))) }
	}
	return links
}
